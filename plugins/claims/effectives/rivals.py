"""Shares of strengths among rivals, in plain numbers: what both forms of presynaptic competition have in common.

As in facts.md 3.3 and the source's functions: linear m / (Σm + 1e-6), softmax e^m / Σe^m, l2 m / |m| with |m| at least
1e-12. Rivals are the synapses at one place of the axis: of all output neurons for the same input, of all inputs of the
same neuron, of all positions of one kernel (in dense weights there is one), or of the whole layer.
"""

from math import exp, sqrt


def shares(strengths: list[float], form: str) -> list[float]:
    """The share of each of some rivals."""
    if form == "softmax":
        largest = max(strengths)
        powers = [exp(m - largest) for m in strengths]
        return [power / sum(powers) for power in powers]
    if form == "linear":
        return [m / (sum(strengths) + 1e-6) for m in strengths]
    length = max(sqrt(sum(m * m for m in strengths)), 1e-12)
    return [m / length for m in strengths]


def among_rivals(strengths: list[list[float]], axis: str, form: str) -> list[list[float]]:
    """Shares of dense strengths, a row per neuron."""
    if axis == "input":
        return [shares(row, form) for row in strengths]
    if axis == "output":
        columns = [shares(list(column), form) for column in zip(*strengths, strict=True)]
        return [list(row) for row in zip(*columns, strict=True)]
    if axis == "spatial":
        return [[shares([m], form)[0] for m in row] for row in strengths]
    width = len(strengths[0])
    whole = shares([m for row in strengths for m in row], form)
    return [whole[i * width : (i + 1) * width] for i in range(len(strengths))]

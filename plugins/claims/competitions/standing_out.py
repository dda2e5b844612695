"""What becomes of those whose drive is above a threshold, as the temporal and the statistical competition share it."""

from math import exp, inf
from typing import Any

from neuroplast_plugins.claims.competitions.groups import first_largest


def outcome(competition: Any, v: list[float], threshold: float) -> list[float]:
    """The g of one group: the largest of those above, or all of them by a softmax; the rest has nothing."""
    above = [i for i in range(len(v)) if v[i] > threshold]
    g = [0.0] * len(v)
    if not above:
        return g
    best = above[first_largest([v[i] for i in above])]
    powers = {i: exp(competition.inverse_temperature * (v[i] - v[best])) for i in above}
    for i in above:
        size = v[i] if competition.activity == "drive" else 1.0
        if competition.winners == "soft":
            g[i] = size * powers[i] / sum(powers.values())
        elif i == best or competition.anti_hebbian:
            g[i] = size
        if competition.anti_hebbian and i != best:
            g[i] = -g[i]
    return g


def squared(v: list[float], threshold: float) -> list[float]:
    """The published g of one group: what is above, z, times z at its largest; z is 0 for the rest."""
    z = [drive if drive > threshold else 0.0 for drive in v]
    g = [0.0] * len(v)
    best = first_largest(z)
    g[best] = z[best] * z[best]
    return g


def deviating(v: list[float], deviations: float) -> float:
    """Mean plus so many standard deviations, with n - 1; of one alone there are none, and nobody is above."""
    if len(v) == 1:
        return inf
    mean = sum(v) / len(v)
    variance = sum((drive - mean) ** 2 for drive in v) / (len(v) - 1)
    return float(mean + deviations * variance**0.5)


def mean_of_medians(history: list[list[float]]) -> float:
    """The threshold of one group: history holds the past and present drives of each of its competitors."""
    return sum(_median(sorted(drives)) for drives in history) / len(history)


def _median(drives: list[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    half = len(drives) // 2
    return drives[half] if len(drives) % 2 else (drives[half - 1] + drives[half]) / 2

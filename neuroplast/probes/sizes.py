"""How large the change of a neuron's weights was.

For the change D_ij of the weights from j to i:

    ltp_i = Σ_j max(D_ij, 0)      ltd_i = Σ_j max(-D_ij, 0)      norm_i = |D_i|
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neuroplast.functional import rows
from neuroplast.shapes import PerPost, Weights

BLOCK = 2**18
"""So many weights are looked at together: their change stays in the cache, and is never in memory as a whole."""


class Sizes(NamedTuple):
    """Of a change: one value for each neuron, potentiation and depression both as positive numbers."""

    ltp: PerPost
    ltd: PerPost
    norm: PerPost


def sizes(before: Weights, after: Weights) -> Sizes:
    """The sizes of the change between two weight tensors of one layout."""
    old, new = rows(before), rows(after)
    if old.numel() <= BLOCK:
        return _measured(new - old)
    neurons = max(1, BLOCK // old.shape[1])
    starts = range(0, len(old), neurons)
    parts = [_measured(new[i : i + neurons] - old[i : i + neurons]) for i in starts]
    return Sizes(*map(torch.cat, zip(*parts, strict=True)))


def _measured(d: Tensor) -> Sizes:
    """The sizes of a change (neurons, inputs)."""
    norm, rising = torch.linalg.vector_norm(d, dim=1), d.relu()
    return Sizes(rising.sum(1), rising.sub_(d).sum(1), norm)

"""Groups of competitors laid out as a competition takes them, and the first largest of a group."""

import torch
from torch import Tensor

from neuroplast import Competition, State


def activities(competition: Competition, *groups: list[float]) -> Tensor:
    """The plasticity activity of groups of competitors, a row each, along the axis that the competition is for."""
    v = torch.tensor(groups, dtype=torch.float64)
    in_space = getattr(competition, "axis", "channels") == "space"
    laid = v[:, None, None, :] if in_space else v[:, :, None, None]
    return competition.compete(laid, State({})).reshape(v.shape)


def first_largest(v: list[float]) -> int:
    """The index of the largest; of equal ones the first."""
    winner = 0
    for i in range(len(v)):
        if v[i] > v[winner]:
            winner = i
    return winner

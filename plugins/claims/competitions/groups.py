"""Groups of competitors laid out as a competition takes them, and the first largest of a group."""

from collections.abc import Container

import torch
from torch import Tensor

from neuroplast import Competition, State


def activities(competition: Competition, *groups: list[float]) -> Tensor:
    """The plasticity activity of groups of competitors, a row each, along the axis that the competition is for."""
    v = torch.tensor(groups, dtype=torch.float64)
    in_space = getattr(competition, "axis", "channels") == "space"
    laid = v[:, None, None, :] if in_space else v[:, :, None, None]
    return competition.compete(laid, State({})).reshape(v.shape)


def positive(chosen: Container[int], g: list[float]) -> list[bool]:
    """Which of the chosen have g > 0, as winners do; losers may have minus a negative drive."""
    return [i in chosen and g[i] > 0 for i in range(len(g))]


def sharing(anti_hebbian: bool, v: list[float], g: list[float]) -> list[bool]:
    """All with a positive share; where losers learn with the opposite sign, only the largest."""
    return positive({first_largest(v)} if anti_hebbian else range(len(v)), g)


def first_largest(v: list[float]) -> int:
    """The index of the largest; of equal ones the first."""
    winner = 0
    for i in range(len(v)):
        if v[i] > v[winner]:
            winner = i
    return winner


def taken(k: int, v: list[float]) -> set[int]:
    """Take the largest, k times; of equal drives the first."""
    left, winners = list(v), set()
    for _ in range(k):
        winner = first_largest(left)
        winners.add(winner)
        left[winner] = float("-inf")
    return winners

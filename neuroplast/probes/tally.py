"""How active neurons were, and how often each won, over the steps of a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from neuroplast.functional import total
from neuroplast.probes.wins import win_counts
from neuroplast.shapes import PerPost, Post

SMALL = 2**13
"""Activity of so few values is kept until the end of the window: a copy takes a fraction of the time of a reduction."""


class Tally:
    """Counts over all that was presented since the last `take`."""

    def __init__(self) -> None:
        self._kept: list[tuple[Post, Post]] = []
        self._sum: PerPost | None = None
        self._won: PerPost | None = None
        self._count = 0

    def add(self, v: Post, g: Post) -> None:
        """Add one step: drives after dynamics, and plasticity activity."""
        if v.numel() <= SMALL:
            # Copies, since a part may hand out a memory of its own, which changes with every step.
            self._kept.append((v.clone(), g.clone()))
        else:
            self._reduce(v, g)

    def take(self) -> tuple[PerPost, PerPost] | None:
        """Mean activity over stimuli and positions, and how many of them each neuron won; a new window begins."""
        if self._kept:
            vs, gs = zip(*self._kept, strict=True)
            self._kept = []
            self._reduce(torch.cat(vs), torch.cat(gs))
        if self._sum is None or self._won is None:
            return None
        found = self._sum.mul_(1 / self._count), self._won
        self._sum = self._won = None
        self._count = 0
        return found

    def state(self) -> dict[str, Any]:
        """The window so far."""
        kept = [[v, g] for v, g in self._kept]
        return {"kept": kept, "sum of g": self._sum, "won": self._won, "count": self._count}

    def load_state(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on with such a window."""
        self._kept = [(v.to(device), g.to(device)) for v, g in state["kept"]]
        self._sum, self._won = (_copied(state[key], device) for key in ("sum of g", "won"))
        self._count = state["count"]

    def _reduce(self, v: Post, g: Post) -> None:
        self._count += v.numel() // v.shape[1]
        if self._sum is None or self._won is None:
            self._sum, self._won = total(g), win_counts(v)
        else:
            self._sum += total(g)
            self._won += win_counts(v)


def _copied(value: Tensor | None, device: torch.device) -> Tensor | None:
    return None if value is None else value.to(device, copy=True)

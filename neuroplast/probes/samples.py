"""Samples of a layer that wait, so that what need not be known at once is computed of several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from neuroplast.probes.window import Window, counted, is_small
from neuroplast.shapes import Post
from neuroplast.view import View

BURST = 8
"""So many samples wait; few enough that what they need is still in the cache."""


class Samples:
    """Samples that consist of the same, in the order of their steps. What is said of one does not depend on the others.

    steps: of those whose step is over. That of the last may not be, and where it failed it never is.
    """

    def __init__(self) -> None:
        self.steps: list[int] = []
        self._kind: object = None
        self._values: list[Mapping[str, Tensor]] = []
        self._windows: list[Window] = []
        self._presented: list[tuple[Post, Post]] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self._values)

    def fits(
        self, values: Mapping[str, Tensor], views: Sequence[View], window: Window | None
    ) -> bool:
        """Whether a sample consists of the same as those that wait."""
        return not self._values or self._kind == _kind(values, views, window)

    def add(self, values: dict[str, Tensor], views: Sequence[View], window: Window | None) -> None:
        """Add a sample. values: what is known of it already. views: what was presented last; window: in all of it."""
        self._kind = _kind(values, views, window)
        if window is not None:
            self._windows.append(window)
        if views and is_small(views[0].v):
            # Copies, since a part may hand out a memory of its own, which changes with every step.
            self._presented.append((views[0].v.clone(), views[0].g.clone()))
        elif views:
            shares = competition(views[0].v[None], views[0].g[None])
            values = values | {name: share[0] for name, share in shares.items()}
        self._values.append(values)

    def finished(self) -> dict[str, Tensor]:
        """All values of those whose step is over, with an axis for the samples before their own."""
        found: dict[str, Tensor] = {}
        if not (over := len(self.steps)):
            return found
        if self._windows:
            found["activity"], found["win_count"] = counted(self._windows[:over])
        if self._presented:
            v, g = zip(*self._presented[:over], strict=True)
            found |= competition(torch.stack(v), torch.stack(g))
        for name in self._values[0]:
            found[name] = torch.stack([values[name] for values in self._values[:over]])
        return found


def competition(v: Tensor, g: Tensor) -> dict[str, Tensor]:
    """What drives and plasticity activity of several presentations, along the first axis, say of the competition."""
    strength = g.abs()
    low, high, most = v.amin(2), v.amax(2), strength.amax(2)  # aminmax takes ten times as long
    whole = strength.sum(2)  # to the bit the sum that each has by itself
    equal = (low >= high) if v.shape[2] > 1 else torch.zeros_like(low, dtype=torch.bool)
    return {
        "all_equal_count": equal.flatten(1).float().sum(1),
        "saturated_share": share(most > whole.mul_(0.999)),
    }


def share(holds: Tensor) -> Tensor:
    """The share of true entries of each sample, by few and common operations: rare ones take several times as long."""
    return holds.flatten(1).float().sum(1).mul_(len(holds) / holds.numel())


def _kind(values: Mapping[str, Tensor], views: Sequence[View], window: Window | None) -> object:
    """What must be the same of samples that are finished together."""
    return *values, window is None, views[0].v.shape if views else None

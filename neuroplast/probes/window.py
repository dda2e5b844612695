"""How active neurons were, and how often each won, over the steps of each window.

Of small activity only what must be is computed in a step, and the rest for several windows together: short operations
cost their call, and several times as much where they come seldom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from neuroplast.functional import total
from neuroplast.probes.wins import count_winners, win_counts, winners
from neuroplast.shapes import PerPost, Post

SMALL = 2**13
"""Activity of so few values is added up as it is, and reduced later."""

STEPS = 1000
"""Winners of so many steps are kept before they are counted."""


def is_small(activity: Post) -> bool:
    """Whether reducing activity takes longer than adding it up as it is."""
    return activity.numel() <= SMALL


@dataclass
class Window:
    """All that was presented in a window so far, of at least one step.

    neurons: how many there are. count: stimuli times positions. activity: the sum of small plasticity activity, not
    reduced yet. reduced: the sum of the rest, over stimuli and positions. winners: those not counted yet, of each step.
    won: how many stimuli and positions each neuron won otherwise.
    """

    neurons: int
    count: int = 0
    activity: Post | None = None
    reduced: PerPost | None = None
    winners: list[Tensor] = field(default_factory=list)
    won: PerPost | None = None

    def add(self, v: Post, g: Post) -> None:
        """Add one step: drives after dynamics, and plasticity activity."""
        size = v.numel()
        self.count += size // self.neurons
        if size <= SMALL:
            if self.activity is not None and self.activity.shape == g.shape:
                self.activity.add_(g)
            else:
                self._reduce_activity()
                self.activity = g.clone()
            self.winners.append(winners(v))
            if len(self.winners) == STEPS:
                self.count_winners()
        else:
            self.reduced = _plus(self.reduced, total(g))
            self.won = _plus(self.won, win_counts(v))

    def total(self) -> PerPost:
        """Activity summed over steps, stimuli and positions."""
        self._reduce_activity()
        assert self.reduced is not None
        return self.reduced

    def count_winners(self) -> None:
        """Keep counts instead of winners, which takes less memory; whole numbers, so the time makes no difference."""
        if self.winners:
            self.won = _plus(self.won, count_winners([self.winners], self.neurons)[0])
            self.winners = []

    def state(self) -> dict[str, Any]:
        """What it holds, for `Window(**state)`."""
        self.count_winners()
        names = ("neurons", "count", "activity", "reduced", "won")
        return {name: getattr(self, name) for name in names}

    def _reduce_activity(self) -> None:
        if self.activity is not None:
            self.reduced, self.activity = _plus(self.reduced, total(self.activity)), None


def counted(windows: Sequence[Window]) -> tuple[Tensor, Tensor]:
    """Mean activity over stimuli and positions, and how many of them each neuron won, both (windows, neurons).

    What is said of a window does not depend on the others.
    """
    sums = torch.stack([window.total() for window in windows])  # each alone: the same to the bit
    counts = torch.tensor([[window.count] for window in windows])
    if any(window.winners for window in windows):
        won = count_winners([window.winners for window in windows], windows[0].neurons)
    else:
        won = torch.zeros_like(sums, dtype=torch.int64)
    for n, window in enumerate(windows):
        if window.won is not None:
            won[n] += window.won
    return sums / counts.to(sums), won


def _plus(so_far: PerPost | None, more: PerPost) -> PerPost:
    return more if so_far is None else so_far.add_(more)

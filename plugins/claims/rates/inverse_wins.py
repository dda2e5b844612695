"""One over the wins of the neuron so far: the k-means of MacQueen (1967), Proc. 5th Berkeley Symp. 1, 281-297.

With it a neuron that moves towards what it wins, w + (x - w) / n, is the mean of all that it has won.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Progress, Rate, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RateClaims, holds, ladder


class InverseWinsClaims(RateClaims):
    """1 / n, n the wins of the neuron up to this step and in it; 0 where it has none."""

    of = "inverse_wins"
    examples = (
        Example(
            given={"w": [1.0], "g": [1.0], "memory": {"wins": 0.0}},
            expected=1.0,
            note="the first win: the neuron goes all the way",
        ),
        Example(
            given={"w": [1.0], "g": [1.0, 0.0, 0.5, -1.0], "memory": {"wins": 6.0}},
            expected=0.125,
            note="6 before, and 2 now: a win is g > 0, however large",
        ),
        Example(
            given={"w": [1.0], "g": [0.0], "memory": {"wins": 4.0}},
            expected=0.25,
            note="none in this step",
        ),
        Example(
            given={"w": [1.0], "g": [0.0, -2.0], "memory": {"wins": 0.0}},
            expected=0.0,
            note="none ever, and no division by zero",
        ),
    )

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """The wins of this step count."""
        wins = self._wins(n)
        return 1 / wins if wins else 0.0

    def remember(self, rate: Any, n: Neuron) -> Mapping[str, float]:
        """They count from then on."""
        return {"wins": self._wins(n)}

    def _wins(self, n: Neuron) -> float:
        return float(n.memory["wins"]) + sum(1 for g in n.g if g > 0)

    @holds
    def makes_a_mean_of_what_is_won(self, rate: Rate) -> None:
        """From any start, w + (x - w) / n over five stimuli, each won, ends at their mean."""
        setting = next(ladder())
        memory = setting.memory(rate)
        w, given = 7.0, [3.0, -1.0, 4.0, 1.0, 5.0]  # 12 / 5
        for x in given:
            view = setting.view(g=torch.ones_like(setting.post())).remembering(memory)
            w += float(rate.at(view, Progress())) * (x - w)
            rate.adapt(view)
        assert_close(w, 2.4)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [InverseWinsClaims]

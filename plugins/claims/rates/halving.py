"""A rate that falls in stairs, such as those of Amato et al. (2019) and of Lagani's released code (facts.md 4b)."""

from itertools import pairwise
from typing import Any

from torch.testing import assert_close

from neuroplast import Progress, Rate, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RateClaims, holds, ladder


class HalvingClaims(RateClaims):
    """η factor^floor((t - start) / every) from `start` on, η before."""

    of = "halving"
    cases = (
        {"eta": 0.8},
        {"eta": 1.0, "factor": 0.1, "every": 2, "by": "step"},
        {"eta": 0.5, "every": 3, "start": 1, "by": "step"},
        {"eta": 0.5, "start": 2, "factor": 0.25},
    )
    examples = (
        Example(
            given={"w": [1.0], "step": 5, "steps": 8, "epoch": 0, "epochs": 4},
            expected=0.8,
            note="in the first epoch η",
        ),
        Example(
            given={"w": [1.0], "step": 7, "steps": 8, "epoch": 3, "epochs": 4},
            expected=0.1,
            note="0.8 / 2³ in the fourth",
        ),
        Example(
            given={"w": [1.0], "step": 0, "steps": 1, "epoch": 33, "epochs": 50},
            expected=0.25e-3,
            parameters={"eta": 1e-3, "every": 2, "start": 28},
            note="halved every 2 epochs, first at 30 = 28 + 2: at 30 and at 32",
        ),
        Example(
            given={"w": [1.0], "step": 0, "steps": 1, "epoch": 29, "epochs": 50},
            expected=1e-3,
            parameters={"eta": 1e-3, "every": 2, "start": 28},
            note="not yet",
        ),
    )

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """One multiplication for each whole `every` that has passed since `start`."""
        t = epoch if rate.by == "epoch" else step
        eta = float(rate.eta)
        while t - rate.start >= rate.every:
            t -= rate.every
            eta *= rate.factor
        return eta

    @holds
    def never_rises_and_falls_by_the_factor(self, rate: Rate) -> None:
        """Over the first 12 steps or epochs every change is a multiplication by the factor."""
        view = next(ladder()).view(rate)
        line = [float(rate.at(view, Progress(t, 12, t, 12))) for t in range(12)]
        for before, after in pairwise(line):
            if after != before:
                assert_close(after, before * rate.factor)  # type: ignore[attr-defined]
        assert line[0] > line[-1]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [HalvingClaims]

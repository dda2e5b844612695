"""Exponential decay of the rate."""

from math import e, exp, log
from typing import Any

from torch.testing import assert_close

from neuroplast import Progress, Rate, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RateClaims, holds, ladder


class ExponentialClaims(RateClaims):
    """η e^(-t / τ), t the steps or epochs that have passed in the phase."""

    of = "exponential"
    cases = (
        {"eta": 0.5, "time_constant": 4.0},
        {"eta": 0.02, "time_constant": 1.5, "by": "epoch"},
        {"eta": 1.0, "time_constant": 1000.0},
    )
    examples = (
        Example(
            given={"w": [1.0], "step": 0, "steps": 9, "epoch": 0, "epochs": 1},
            expected=0.5,
            note="it starts at η",
        ),
        Example(
            given={"w": [1.0], "step": 4, "steps": 9, "epoch": 0, "epochs": 1},
            expected=0.5 / e,
            note="after τ = 4 steps 1 / e is left, whatever the length of the phase",
        ),
        Example(
            given={"w": [1.0], "step": 7, "steps": 9, "epoch": 3, "epochs": 4},
            expected=0.1,
            parameters={"eta": 0.8, "time_constant": 1 / log(2.0), "by": "epoch"},
            note="a half-life of one epoch: 0.8 / 2³",
        ),
    )

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """How long the phase is does not matter."""
        passed = epoch if rate.by == "epoch" else step
        return float(rate.eta * exp(-passed / rate.time_constant))

    @holds
    def falls_by_the_same_share_each_time(self, rate: Rate) -> None:
        """From one step or epoch to the next it is multiplied by e^(-1/τ), and it never reaches zero."""
        view = next(ladder()).view(rate)
        line = [float(rate.at(view, Progress(t, 2000, t, 2000))) for t in range(5)]
        share = exp(-1 / rate.time_constant)  # type: ignore[attr-defined]
        assert_close(line[1:], [share * before for before in line[:-1]])
        assert min(line) > 0


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ExponentialClaims]

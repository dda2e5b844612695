"""Linear decay to zero, lr(e) = lr0 (1 - e / E): Krotov & Hopfield (2019), PNAS 116, 7723-7731, there by epoch."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Progress, Rate, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RateClaims, holds, ladder


class LinearClaims(RateClaims):
    """η (1 - t / T), t the steps or epochs that have passed, T how many there are."""

    of = "linear"
    cases = ({}, {"eta": 0.02}, {"by": "epoch"}, {"eta": 0.04, "by": "epoch"})
    examples = (
        Example(
            given={"w": [1.0], "step": 0, "steps": 8, "epoch": 0, "epochs": 2},
            expected=1.0,
            note="it starts at η",
        ),
        Example(
            given={"w": [1.0], "step": 6, "steps": 8, "epoch": 1, "epochs": 2},
            expected=0.25,
            note="1 - 6/8",
        ),
        Example(
            given={"w": [1.0], "step": 6, "steps": 8, "epoch": 1, "epochs": 4},
            expected=0.03,
            parameters={"eta": 0.04, "by": "epoch"},
            note="0.04 (1 - 1/4)",
        ),
    )

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """A straight line from η to zero at the end of the phase."""
        passed, whole = (epoch, epochs) if rate.by == "epoch" else (step, steps)
        return float(rate.eta * (1 - passed / whole))

    @holds
    def starts_at_eta_and_falls_evenly(self, rate: Rate) -> None:
        """It starts at η, and every step or epoch takes the same off, so that one more would reach zero."""
        view = next(ladder()).view()
        line = [float(rate.at(view, Progress(t, 5, t, 5))) for t in range(5)]
        eta = rate.eta  # type: ignore[attr-defined]
        assert_close(line, [eta, 0.8 * eta, 0.6 * eta, 0.4 * eta, 0.2 * eta])


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LinearClaims]

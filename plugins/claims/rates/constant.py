"""The same rate at every step."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, Neuron, RateClaims


class ConstantClaims(RateClaims):
    """η."""

    of = "constant"
    cases = ({"eta": 0.5}, {"eta": 2e-3})
    examples = (
        Example(
            given={"w": [1.0, 2.0], "step": 0, "steps": 10, "epoch": 0, "epochs": 1},
            expected=0.5,
            note="at the start",
        ),
        Example(
            given={"w": [0.0], "step": 9, "steps": 10, "epoch": 2, "epochs": 3},
            expected=0.5,
            note="and at the end",
        ),
    )

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """Neither time nor weights matter."""
        return float(rate.eta)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ConstantClaims]

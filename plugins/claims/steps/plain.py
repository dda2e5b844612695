"""The change times the rate, added: w_i <- w_i + η_i Δw_i."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, StepClaims


class PlainClaims(StepClaims):
    """w + η Δ."""

    of = "plain"
    examples = (
        Example(
            given={"w": 1.5, "dw": -2.0, "eta": 0.25, "memory": {}},
            expected=1.0,
            note="1.5 - 0.25·2",
        ),
        Example(
            given={"w": -0.3, "dw": 0.0, "eta": 0.5, "memory": {}},
            expected=-0.3,
            note="no change, no decay",
        ),
    )

    def apply(
        self, step: Any, w: float, dw: float, eta: float, memory: Mapping[str, float]
    ) -> tuple[float, Mapping[str, float]]:
        """Neither momentum nor decay."""
        return w + eta * dw, {}


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PlainClaims]

"""Weight decay as torch.optim.SGD does it, the change Δ being what a gradient is with the other sign."""

from collections.abc import Mapping
from typing import Any

from neuroplast import Step, hookimpl
from neuroplast.testing import Claims, Example, StepClaims, holds
from neuroplast_plugins.claims.steps.torch_sgd import hold_as_torch


class WeightDecayClaims(StepClaims):
    """w + η (Δ - λ w)."""

    of = "weight_decay"
    cases = ({"weight_decay": 0.1}, {"weight_decay": 5e-4}, {"weight_decay": 0.0})
    examples = (
        Example(
            given={"w": 2.0, "dw": 1.0, "eta": 0.5, "memory": {}},
            expected=2.4,
            note="2 + 0.5 (1 - 0.1·2) = 2 + 0.4",
        ),
        Example(
            given={"w": -4.0, "dw": 0.0, "eta": 0.25, "memory": {}},
            expected=-3.9,
            note="towards zero from below: -4 + 0.25·0.4",
        ),
    )

    def apply(
        self, step: Any, w: float, dw: float, eta: float, memory: Mapping[str, float]
    ) -> tuple[float, Mapping[str, float]]:
        """The decay has the rate of the change."""
        return w + eta * (dw - step.weight_decay * w), {}

    @holds
    def equals_torch(self, step: Step) -> None:
        """Three steps as torch.optim.SGD makes them, with minus the change for a gradient."""
        hold_as_torch(step, momentum=0.0, nesterov=False)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WeightDecayClaims]

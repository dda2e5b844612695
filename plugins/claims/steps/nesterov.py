"""Nesterov's momentum as torch.optim.SGD has it, after Sutskever et al. (2013)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import Step, hookimpl
from neuroplast.testing import Claims, Example, StepClaims, holds
from neuroplast_plugins.claims.steps.torch_sgd import hold_as_torch


class NesterovClaims(StepClaims):
    """d = Δ - λ w, v <- μ v + d, then w <- w + η (d + μ v); v starts at zero."""

    of = "nesterov"
    cases = ({}, {"momentum": 0.5}, {"momentum": 0.9, "weight_decay": 0.1})
    examples = (
        Example(
            given={"w": 1.0, "dw": 2.0, "eta": 0.5, "memory": {"velocity": 0.0}},
            expected=2.9,
            note="v = 2; 1 + 0.5 (2 + 0.9·2): the first step is 1 + μ plain ones",
        ),
        Example(
            given={"w": 1.0, "dw": 2.0, "eta": 0.5, "memory": {"velocity": -10.0}},
            expected=-1.15,
            note="v = -7; 1 + 0.5 (2 - 6.3) = 1 - 2.15",
        ),
        Example(
            given={"w": 4.0, "dw": 0.0, "eta": 0.25, "memory": {"velocity": 8.0}},
            expected=4.35,
            parameters={"momentum": 0.5, "weight_decay": 0.1},
            note="d = -0.4, v = 3.6; 4 + 0.25 (-0.4 + 1.8)",
        ),
    )

    def apply(
        self, step: Any, w: float, dw: float, eta: float, memory: Mapping[str, float]
    ) -> tuple[float, Mapping[str, float]]:
        """It looks one step ahead along the velocity, with the decay in both places."""
        decayed = dw - step.weight_decay * w
        velocity = step.momentum * memory["velocity"] + decayed
        return w + eta * (decayed + step.momentum * velocity), {"velocity": velocity}

    @holds
    def equals_torch(self, step: Step) -> None:
        """Three steps as torch.optim.SGD makes them, with minus the change for a gradient."""
        hold_as_torch(step, step.momentum, nesterov=True)  # type: ignore[attr-defined]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NesterovClaims]

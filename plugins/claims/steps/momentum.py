"""Momentum as torch.optim.SGD has it, which differs from Sutskever et al. (2013): the rate is outside the velocity."""

from collections.abc import Mapping
from typing import Any

from torch.testing import assert_close

from neuroplast import Step, hookimpl
from neuroplast.testing import Claims, Example, StepClaims, holds, ladder
from neuroplast_plugins.claims.steps.torch_sgd import hold_as_torch


class MomentumClaims(StepClaims):
    """v <- μ v + Δ - λ w, then w <- w + η v; v starts at zero."""

    of = "momentum"
    cases = ({}, {"momentum": 0.5}, {"momentum": 0.9, "weight_decay": 0.1}, {"momentum": 0.0})
    examples = (
        Example(
            given={"w": 1.0, "dw": 2.0, "eta": 0.5, "memory": {"velocity": 0.0}},
            expected=2.0,
            note="the first step is a plain one: 1 + 0.5·2",
        ),
        Example(
            given={"w": 1.0, "dw": 2.0, "eta": 0.5, "memory": {"velocity": -10.0}},
            expected=-2.5,
            note="v = -9 + 2 = -7; 1 - 3.5",
        ),
        Example(
            given={"w": 4.0, "dw": 0.0, "eta": 0.25, "memory": {"velocity": 8.0}},
            expected=4.9,
            parameters={"momentum": 0.5, "weight_decay": 0.1},
            note="v = 4 - 0.4 = 3.6; 4 + 0.9",
        ),
    )

    def apply(
        self, step: Any, w: float, dw: float, eta: float, memory: Mapping[str, float]
    ) -> tuple[float, Mapping[str, float]]:
        """A change goes on, less each step, also where the rate has changed meanwhile."""
        velocity = step.momentum * memory["velocity"] + dw - step.weight_decay * w
        return w + eta * velocity, {"velocity": velocity}

    @holds
    def equals_torch(self, step: Step) -> None:
        """Three steps as torch.optim.SGD makes them, with minus the change for a gradient."""
        hold_as_torch(step, step.momentum, nesterov=False)  # type: ignore[attr-defined]

    @holds
    def a_lasting_change_gains_speed(self, step: Step) -> None:
        """The same change again and again comes to 1 / (1 - μ) times its size in one step (λ aside)."""
        if step.weight_decay:  # type: ignore[attr-defined]
            return
        setting = next(ladder())
        view, memory = setting.view(), setting.memory(step)
        delta, w = view.outer(view.g), setting.w()
        for _ in range(400):
            before = w.clone()
            step.apply(w, delta, 1e-3, memory)
        expected = 1e-3 * delta.tensor() / (1 - step.momentum)  # type: ignore[attr-defined]
        assert_close(w - before, expected, rtol=1e-6, atol=1e-9)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MomentumClaims]

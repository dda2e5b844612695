"""Momentum that looks ahead."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Delta, Memory, State, Step, hookimpl
from neuroplast.shapes import Weights
from neuroplast_plugins.steps.moving import move


class Nesterov(Step):
    """Nesterov's momentum: the newest change counts at once, and again in the running sum.

        d = Δ - λ w,   velocity ← momentum · velocity + d,   w ← w + η (d + momentum · velocity)

    λ is the weight decay; the velocity starts at 0. As torch.optim.SGD with nesterov and the gradient -Δ.

    Memory:
        velocity: one value per synapse, in the unit of Δ.

    Source:
        Nesterov (1983), Soviet Math. Dokl. 27, 372-376, in the form of Sutskever et al. (2013), ICML, 1139-1147.
    """

    kind: ClassVar[str] = "nesterov"
    momentum: float = Field(0.9, ge=0, lt=1, description="share of the velocity that is kept")
    weight_decay: float = Field(0.0, ge=0, description="λ, as a share of w in one step of rate 1")
    velocity = Memory("weights")

    def apply(self, w: Weights, delta: Delta, eta: float | Tensor, memory: State) -> None:
        """Change the velocity, and move by it and the change, both in place."""
        change = delta.tensor() - self.weight_decay * w
        memory.velocity.mul_(self.momentum).add_(change)
        move(w, change.add_(memory.velocity, alpha=self.momentum), eta)


@hookimpl
def steps() -> list[type[Step]]:
    """Provide the step."""
    return [Nesterov]

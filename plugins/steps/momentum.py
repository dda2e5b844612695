"""Changes that go on in the direction of those before."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Delta, Memory, State, Step, hookimpl
from neuroplast.shapes import Weights
from neuroplast_plugins.steps.moving import move


class Momentum(Step):
    """Momentum: a running sum of changes moves the weights.

        velocity ← momentum · velocity + Δ - λ w,   w ← w + η velocity

    λ is the weight decay; the velocity starts at 0 and is never damped, so that under a steady Δ it comes to
    Δ / (1 - momentum). As torch.optim.SGD with the gradient -Δ.

    Memory:
        velocity: one value per synapse, in the unit of Δ.

    Source:
        Polyak (1964), USSR Comput. Math. Math. Phys. 4 (5), 1-17.
    """

    kind: ClassVar[str] = "momentum"
    momentum: float = Field(0.9, ge=0, lt=1, description="share of the velocity that is kept")
    weight_decay: float = Field(0.0, ge=0, description="λ, as a share of w in one step of rate 1")
    velocity = Memory("weights")

    def apply(self, w: Weights, delta: Delta, eta: float | Tensor, memory: State) -> None:
        """Change the velocity, and move by it, both in place."""
        memory.velocity.mul_(self.momentum).sub_(w, alpha=self.weight_decay)
        delta.add_to(memory.velocity)
        move(w, memory.velocity, eta)


@hookimpl
def steps() -> list[type[Step]]:
    """Provide the step."""
    return [Momentum]

"""Weights that shrink by a share of themselves at each step."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Delta, State, Step, hookimpl
from neuroplast.shapes import Weights
from neuroplast_plugins.steps.moving import move


class WeightDecay(Step):
    """w ← w + η (Δ - λ w), λ the weight decay.

    The rate multiplies the decay too, as in torch.optim.SGD.

    Source:
        Krogh & Hertz (1992), NIPS 4, 950-957.
    """

    kind: ClassVar[str] = "weight_decay"
    weight_decay: float = Field(ge=0, description="λ, as a share of w in one step of rate 1")

    def apply(self, w: Weights, delta: Delta, eta: float | Tensor, memory: State) -> None:
        """Add the change in place, and take off what the weights from before it lose."""
        lost = w * self.weight_decay
        (delta * eta).add_to(w)
        move(w, lost, -eta)


@hookimpl
def steps() -> list[type[Step]]:
    """Provide the step."""
    return [WeightDecay]

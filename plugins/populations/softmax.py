"""Neurons that share their answer."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, hookimpl
from neuroplast.functional import softmax
from neuroplast.shapes import Post


class Softmax(Population):
    """y = softmax over channels of b v, b the inverse temperature.

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "softmax"
    parameter_aliases = {"t_invert": "inverse_temperature"}
    inverse_temperature: float = Field(1.0, gt=0, description="1 / τ, in one over the drive's unit")

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return softmax(v * self.inverse_temperature)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Softmax]

"""Neurons that answer as far as they exceed the mean of their position."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, hookimpl
from neuroplast.functional import triangle
from neuroplast.shapes import Post


class Triangle(Population):
    """y = max(v - mean over channels of v, 0)ⁿ, per stimulus and position.

    Shapes:
        v, g, y: (batch, post, *positions).

    Source:
        Coates, Ng & Lee (2011), AISTATS, 215-223; with a power Journé et al. (2023), arXiv 2209.11883.
    """

    kind: ClassVar[str] = "triangle"
    power: float = Field(1.0, gt=0, description="n")

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return triangle(v, self.power)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Triangle]

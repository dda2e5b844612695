"""Neurons that answer as far as they exceed the mean of their position."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, RisingPopulation, hookimpl
from neuroplast.functional import rectified_power
from neuroplast.shapes import Post


class Triangle(RisingPopulation):
    """y = max(v - mean over channels of v, 0)ⁿ, per stimulus and position.

    Shapes:
        v, g, y: (batch, post, *positions).

    Source:
        Coates, Ng & Lee (2011), AISTATS, 215-223; with a power Journé et al. (2023), arXiv 2209.11883.
    """

    kind: ClassVar[str] = "triangle"
    power: float = Field(1.0, gt=0, description="n")

    def level(self, v: Post, g: Post | None) -> Post:
        """How far v exceeds the mean."""
        return v - v.mean(1, keepdim=True)

    def rise(self, level: Post) -> Post:
        """The response."""
        return rectified_power(level, self.power)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Triangle]

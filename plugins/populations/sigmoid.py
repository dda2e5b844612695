"""Neurons that rise from silence to a largest rate."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, RisingPopulation, hookimpl
from neuroplast.shapes import Post


class Sigmoid(RisingPopulation):
    """y = 1 / (1 + e^(-slope (v - midpoint))), from 0 to 1: the logistic function.

    Shapes:
        v, g, y: (batch, post, *positions).

    Source:
        Földiák (1990), Biol. Cybern. 64, 165-170, with a slope of 10.
    """

    kind: ClassVar[str] = "sigmoid"
    slope: float = Field(
        1.0, gt=0, description="how steeply it rises, in one over the drive's unit"
    )
    midpoint: float = Field(0.0, description="the drive at which the response is one half")

    def rise(self, level: Post) -> Post:
        """The response."""
        return (self.slope * (level - self.midpoint)).sigmoid()


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Sigmoid]

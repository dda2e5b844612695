"""Rectified power units."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, RisingPopulation, hookimpl
from neuroplast.functional import rectified_power
from neuroplast.shapes import Post


class Repu(RisingPopulation):
    """y = max(v, 0)ⁿ.

    Shapes:
        v, g, y: (batch, post, *positions).

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731.
    """

    kind: ClassVar[str] = "repu"
    power: float = Field(1.0, gt=0, description="n")

    def rise(self, level: Post) -> Post:
        """The response."""
        return rectified_power(level, self.power)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Repu]

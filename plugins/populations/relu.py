"""Rectified neurons."""

from typing import ClassVar

from neuroplast import Population, RisingPopulation, hookimpl
from neuroplast.shapes import Post


class Relu(RisingPopulation):
    """y = max(v, 0).

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "relu"

    def rise(self, level: Post) -> Post:
        """The response."""
        return level.clamp_min(0)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Relu]

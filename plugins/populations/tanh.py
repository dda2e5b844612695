"""Neurons that saturate on both sides."""

from typing import ClassVar

from neuroplast import Population, RisingPopulation, hookimpl
from neuroplast.shapes import Post


class Tanh(RisingPopulation):
    """y = tanh(v), from -1 to 1.

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "tanh"
    signed: ClassVar[bool] = True

    def rise(self, level: Post) -> Post:
        """The response."""
        return level.tanh()


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Tanh]

"""Neurons that saturate on both sides."""

from typing import ClassVar

from neuroplast import Population, hookimpl
from neuroplast.shapes import Post


class Tanh(Population):
    """y = tanh(v), from -1 to 1.

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "tanh"
    signed: ClassVar[bool] = True

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return v.tanh()


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Tanh]

"""Neurons that answer with their drive."""

from typing import ClassVar

from neuroplast import Population, hookimpl
from neuroplast.shapes import Post


class Linear(Population):
    """y = v.

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "linear"
    default: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return v


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Linear]

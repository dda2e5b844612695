"""Rectified neurons."""

from typing import ClassVar

from neuroplast import Population, hookimpl
from neuroplast.shapes import Post


class Relu(Population):
    """y = max(v, 0).

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "relu"

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return v.clamp_min(0)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Relu]

"""Neurons that answer with their plasticity activity."""

from typing import ClassVar

from neuroplast import Population, hookimpl
from neuroplast.shapes import Post


class Winners(Population):
    """y = g: only those answer that the competition lets learn.

    Shapes:
        v, g, y: (batch, post, *positions).
    """

    kind: ClassVar[str] = "winners"
    reads_g: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        assert g is not None
        return g


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [Winners]

"""Neurons that are on or off."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, hookimpl
from neuroplast.shapes import Post


class BinaryThreshold(Population):
    """y = 1 where v > threshold, else 0.

    Shapes:
        v, g, y: (batch, post, *positions).

    Source:
        McCulloch & Pitts (1943), Bull. Math. Biophys. 5, 115-133.
    """

    kind: ClassVar[str] = "binary_threshold"
    threshold: float = Field(0.0, description="the drive that must be exceeded, in its unit")

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return (v > self.threshold).to(v.dtype)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [BinaryThreshold]

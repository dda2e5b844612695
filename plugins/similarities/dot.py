"""The linear drive."""

from typing import ClassVar

from neuroplast import Geometry, Similarity, hookimpl
from neuroplast.shapes import Post, Pre, Weights


class Dot(Similarity):
    """u_i = Σ_j w_ij x_j.

    Shapes:
        x: (batch, pre, *positions). w: (post, pre, *kernel). u: (batch, post, *positions).
    """

    kind: ClassVar[str] = "dot"
    default: ClassVar[bool] = True

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The geometry's own drive."""
        return geometry.drive(x, w_e)


@hookimpl
def similarities() -> list[type[Similarity]]:
    """Provide the similarity."""
    return [Dot]

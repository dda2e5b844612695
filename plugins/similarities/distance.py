"""Nearness of the patch to the weights."""

from typing import ClassVar

from neuroplast import Geometry, Similarity, hookimpl
from neuroplast.functional import half_square
from neuroplast.shapes import Post, Pre, Weights


class Distance(Similarity):
    """u_i = w_i·x - ½ |w_i|², which is largest for the neuron whose weights are nearest to x.

    |x - w_i|² = |x|² - 2 u_i, and |x|² is the same for all neurons that see the patch, so that the order by u is the
    order by nearness, without a pass over the inputs for the distance itself.

    Shapes:
        x: (batch, pre, *positions), in any unit r. w: (post, pre, *kernel), in r. u: (batch, post, *positions), in r².

    Source:
        Kohonen (1990), Proc. IEEE 78, 1464-1480, on matching by inner product and by distance.
    """

    kind: ClassVar[str] = "distance"

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The linear drive, less half the square of each neuron's weights."""
        u = geometry.drive(x, w_e)
        return u - half_square(w_e, u)


@hookimpl
def similarities() -> list[type[Similarity]]:
    """Provide the similarity."""
    return [Distance]

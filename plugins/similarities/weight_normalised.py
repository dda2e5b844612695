"""The drive of weights of unit length."""

from typing import ClassVar

from neuroplast import Geometry, Similarity, hookimpl
from neuroplast.functional import norms, per_neuron
from neuroplast.shapes import Post, Pre, Weights


class WeightNormalised(Similarity):
    """u_i = w_i·x / (|w_i| + 1e-10): how far the patch reaches along the neuron's direction.

    It has the patch's unit and grows with its contrast; divided by |x| too, it is the `cosine`.

    Shapes:
        x: (batch, pre, *positions), in any unit r. w: (post, pre, *kernel). u: (batch, post, *positions), in r.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London: the statistical mode's "cosine similarity", which
        divides by the weights' length and not by the patch's (discrepancy N10).
    """

    kind: ClassVar[str] = "weight_normalised"

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The drive of unit vectors."""
        return geometry.drive(x, w_e / per_neuron(norms(w_e) + 1e-10, w_e))


@hookimpl
def similarities() -> list[type[Similarity]]:
    """Provide the similarity."""
    return [WeightNormalised]

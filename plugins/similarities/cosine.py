"""The cosine of the angle between weights and patch."""

from typing import ClassVar

from neuroplast import Geometry, Similarity, hookimpl
from neuroplast.functional import norms, per_neuron
from neuroplast.shapes import Post, Pre, Weights

_SMALLEST = 1e-12
"""The least length that is divided by; a silent patch, or a neuron without weights, then has a cosine of 0."""


class Cosine(Similarity):
    """u_i = w_i·x / (|w_i| |x|), the cosine between a neuron's weights and what it sees, from -1 to 1.

    Both lengths are over all that the neuron sees, so that the pattern of magnitudes inside a filter matters. Either
    length is taken as 1e-12 at least; where one is zero, u is 0. Rounding beyond 1 is cut off.

    Shapes:
        x: (batch, pre, *positions). w: (post, pre, *kernel). u: (batch, post, *positions), dimensionless.

    Source:
        Amato et al. (2019), "Hebbian Learning Meets Deep Convolutional Neural Networks". Jimenez Nimmo (2024) means
        the same, and codes `cosine_by_channel` (discrepancy N1; on depthwise weights discrepancy N2); the length of
        a patch is there computed once for every filter, here once (discrepancy N30).
    """

    kind: ClassVar[str] = "cosine"

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The drive of unit vectors, over the length of each patch."""
        unit = w_e / per_neuron(norms(w_e).clamp_min(_SMALLEST), w_e)
        length = geometry.energy(x, w_e).sqrt().clamp_min(_SMALLEST)
        return (geometry.drive(x, unit) / length).clamp_(-1, 1)  # rounding alone goes beyond


@hookimpl
def similarities() -> list[type[Similarity]]:
    """Provide the similarity."""
    return [Cosine]

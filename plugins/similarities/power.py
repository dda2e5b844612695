"""The inner product that belongs to a p-norm of the weights."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Geometry, Similarity, hookimpl
from neuroplast.shapes import Post, Pre, Weights


class Power(Similarity):
    """u_i = Σ_j sign(w_ij) |w_ij|^(p-1) x_j, the current of Krotov and Hopfield; with p = 2 the linear drive.

    A rule Δw = Σ g (x - u w) has Σ_j sign(w_ij) |w_ij|^(p-1) Δw_ij = Σ g u (1 - Σ_j |w_ij|^p), so that where g u sums
    to more than 0 it comes to rest where the p-norm of a neuron's weights is 1.

    It is meant to feed the competition alone: with response_similarity = "dot" neurons respond by w·x.

    Shapes:
        x: (batch, pre, *positions), in any unit r. w: (post, pre, *kernel), dimensionless.
        u: (batch, post, *positions), in r.

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731; that the response is by w and not by this current is meant
        there, and easy to miss (discrepancy T7).
    """

    kind: ClassVar[str] = "power"
    p: float = Field(2.0, ge=1, description="p, of the norm that the weights come to")

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The drive of the weights' signed power."""
        return geometry.drive(x, w_e if self.p == 2 else w_e.sign() * w_e.abs().pow(self.p - 1))


@hookimpl
def similarities() -> list[type[Similarity]]:
    """Provide the similarity."""
    return [Power]

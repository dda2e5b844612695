"""The published "cosine", which normalises weights at each place of a kernel by itself."""

from typing import ClassVar

import torch

from neuroplast import Geometry, Similarity, hookimpl
from neuroplast.shapes import Post, Pre, Weights


class CosineByChannel(Similarity):
    """The "cosine" as published: weights have unit length over input channels, at every place of the kernel.

        u_i = Σ_j ŵ_ij x_j / sqrt(|x|² + 1e-8),   ŵ_ij = w_ij / max(|w_i| over the channels at the place of j, 1e-12)

    It differs from `cosine` in that all places of a k x k kernel weigh the same, so that |u| reaches k, not 1, and the
    pattern of magnitudes between places is lost. Depthwise, with one channel, ŵ is the sign of w and nothing else; in a
    dense layer, and for k = 1, it is the cosine. |x|² is summed over what the neuron sees, with one filter.

    Shapes:
        x: (batch, pre, *positions). w: (post, pre, *kernel). u: (batch, post, *positions), from -k to k.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, as coded (discrepancy N1; on depthwise weights
        discrepancy N2), but for the length of a patch, computed there once for every filter (discrepancy N30).
    """

    kind: ClassVar[str] = "cosine_by_channel"

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The drive of what is normalised place by place, over the length of each patch."""
        lengths = torch.linalg.vector_norm(w_e, dim=1, keepdim=True).clamp_min(1e-12)
        return geometry.drive(x, w_e / lengths) / (geometry.energy(x, w_e) + 1e-8).sqrt()


@hookimpl
def similarities() -> list[type[Similarity]]:
    """Provide the similarity."""
    return [CosineByChannel]

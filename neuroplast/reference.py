"""The slow lowering: patches unfolded to rows, plain sums, in float64. Everything fast is held equal to it."""

import torch

from neuroplast.parts.synapse import Geometry, Synapse
from neuroplast.shapes import Post, Pre, Weights


class Reference(Geometry):
    """A synapse's drive and outer product from its patches alone, in float64.

    Patches p (batch, positions, groups, fan-in) and weights split into groups W (groups, post / groups, fan-in):

        u[b, i, t] = Σ_j W[i, j] p[b, t, group of i, j]        dw[i, j] = Σ_b,t post[b, i, t] p[b, t, group of i, j]
    """

    def __init__(self, synapse: Synapse) -> None:
        self.synapse = synapse

    def drive(self, x: Pre, w: Weights) -> Post:
        """The linear drive, (batch, post, *positions)."""
        patches = self.synapse.patches(x.double())
        grouped = w.double().reshape(patches.shape[2], -1, patches.shape[3])
        u = torch.einsum("btgj,gij->bgit", patches, grouped).flatten(1, 2)
        return u.reshape(x.shape[0], w.shape[0], *self.synapse.positions(x, w))

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """Σ post · pre, of w's shape."""
        patches = self.synapse.patches(pre.double())
        grouped = post.double().reshape(post.shape[0], patches.shape[2], -1, patches.shape[1])
        return torch.einsum("bgit,btgj->gij", grouped, patches).reshape(w.shape)

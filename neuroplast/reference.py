"""The slow lowering: patches unfolded to rows, plain sums, in float64. Everything fast is held equal to it."""

from math import prod

import torch
from torch import Tensor

from neuroplast.parts.synapse import Geometry, Synapse
from neuroplast.shapes import PerPost, Post, Pre, Weights


class Reference(Geometry):
    """A synapse's drive and outer product from its patches alone, in float64.

    Patches p (batch, positions, groups, fan-in) and weights split into groups W (groups, post / groups, fan-in):

        u[b, i, t] = Σ_j W[i, j] p[b, t, group of i, j]        dw[i, j] = Σ_b,t post[b, i, t] p[b, t, group of i, j]
    """

    def __init__(self, synapse: Synapse) -> None:
        self.synapse = synapse

    def events(self, post: Post) -> Tensor:
        """As the synapse has them."""
        return self.synapse.events(post)

    def total(self, post: Post) -> PerPost:
        """As the synapse sums them."""
        return self.synapse.total(post)

    def drive(self, x: Pre, w: Weights) -> Post:
        """The linear drive, (batch, post, *positions)."""
        patches = self.synapse.patches(x.double())
        grouped = w.double().reshape(patches.shape[2], -1, patches.shape[3])
        u = torch.einsum("btgj,gij->bgit", patches, grouped).flatten(1, 2)
        places = self.synapse.positions(x, w)
        if u.shape[2] != prod(places):  # a group a position: (batch, positions · post, 1)
            u = u.view(len(u), prod(places), -1).mT
        return u.reshape(x.shape[0], -1, *places)

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """Σ post · pre, of w's shape."""
        patches = self.synapse.patches(pre.double())
        rows = self.synapse.events(post.double()).view(len(w), len(post), patches.shape[1])
        grouped = rows.transpose(0, 1).reshape(len(post), patches.shape[2], -1, patches.shape[1])
        return torch.einsum("bgit,btgj->gij", grouped, patches).reshape(w.shape)

"""How exactly sums of products are computed: in float32, or faster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import torch
from torch import Tensor

from neuroplast.errors import DataError
from neuroplast.latest import Latest
from neuroplast.parts.synapse import Geometry
from neuroplast.shapes import PerPost, Post, Pre, Weights

Precision = Literal["fp32", "tf32", "bf16"]
"""tf32: a GPU rounds what it multiplies to 10 bits, and changes nothing else. bf16: see `Half`."""

PRECISIONS: tuple[Precision, ...] = get_args(Precision)


def precision_of(provenance: Mapping[str, object]) -> Precision:
    """What a record says; those that say nothing were made when there was no choice. DataError for another word."""
    name = provenance.get("precision", "fp32")
    for known in PRECISIONS:
        if name == known:
            return known
    raise DataError(
        f"provenance: precision is {name!r}, not one of {', '.join(PRECISIONS)}; "
        "read it with the version of neuroplast that wrote it"
    )


def lowered(geometry: Geometry, precision: Precision) -> Geometry:
    """The geometry that computes so."""
    return Half(geometry) if precision == "bf16" else geometry


def kept_in(precision: Precision) -> torch.dtype:
    """What features for read-outs are rounded to, which takes half the memory."""
    return torch.bfloat16 if precision == "bf16" else torch.float32


class Half(Geometry):
    """A geometry whose drive and outer product multiply bfloat16, 8 bits of mantissa, and sum in float32.

    Weights stay in float32, and so do all that parts see: what is multiplied is rounded on its way in, and results are
    rounded once, to bfloat16, as they come. Ties of drives, which float32 hardly knows, are then frequent, and which
    neuron wins one differs from float32 by design.
    """

    def __init__(self, geometry: Geometry) -> None:
        self.exact = geometry
        self._rounded = Latest()

    def drive(self, x: Pre, w: Weights) -> Post:
        """From x and w rounded."""
        return self.exact.drive(self._half(x), w.bfloat16()).to(w.dtype)

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """From both sides rounded."""
        return self._outer(post, pre, w).to(w.dtype)

    def add_outer(self, w: Weights, post: Post, pre: Pre) -> None:
        """The same added to w in its own type."""
        w.add_(self._outer(post, pre, w))

    def events(self, post: Post) -> Tensor:
        """As they are."""
        return self.exact.events(post)

    def total(self, post: Post) -> PerPost:
        """As it is."""
        return self.exact.total(post)

    def energy(self, x: Pre, w: Weights) -> Tensor:
        """As it is: its root divides, and small ones must not be rounded away."""
        return self.exact.energy(x, w)

    def _outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        return self.exact.outer(post.bfloat16(), self._half(pre), w)

    def _half(self, x: Pre) -> Tensor:
        """X rounded; once, for a drive and an outer product of the same."""
        if x.requires_grad:
            return x.to(torch.bfloat16)
        known = self._rounded.get(x)
        return self._rounded.keep(x, x.to(torch.bfloat16)) if known is None else known

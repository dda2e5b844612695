"""A weight change as a sum of terms not yet computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from neuroplast.functional import per_neuron
from neuroplast.shapes import Post, Pre, Weights

if TYPE_CHECKING:
    from neuroplast.component import Component
    from neuroplast.parts.synapse import Geometry

Factor = float | Tensor
"""A number, a scalar tensor, or one value per neuron (post,)."""


@dataclass(frozen=True)
class Outer:
    """factor · Σ post · pre over stimuli and positions."""

    post: Post
    pre: Pre
    factor: Factor = 1.0


@dataclass(frozen=True)
class Decay:
    """factor · w_e."""

    factor: Factor


@dataclass(frozen=True)
class Computed:
    """factor · a tensor of the weights' shape, computed when first asked for."""

    compute: Callable[[], Weights]
    factor: Factor = 1.0


Term = Outer | Decay | Computed


@dataclass(frozen=True)
class Delta:
    """Δ: a sum of terms over one projection, with w's shape. Sums and factors stay symbolic until `tensor()`.

    geometry: lowers outer products to the synapse's own operation.
    w_e: the effective weights, which decay multiplies.
    makers: the parts that it went through so far, to be named where computing it fails.
    """

    geometry: Geometry
    w_e: Weights
    terms: tuple[Term, ...] = ()
    makers: tuple[Component, ...] = field(default=(), repr=False, compare=False)

    def __add__(self, other: Delta) -> Delta:
        """The sum of two changes of the same weights."""
        return replace(self, terms=self.terms + other.terms)

    def __neg__(self) -> Delta:
        """The opposite change."""
        return self * -1.0

    def __sub__(self, other: Delta) -> Delta:
        """The difference of two changes of the same weights."""
        return self + -other

    def __mul__(self, factor: Factor) -> Delta:
        """The change times a number, or times one value per neuron."""
        if isinstance(factor, Tensor) and factor.dim() > 1:
            raise ValueError(
                f"Delta: a factor of shape {tuple(factor.shape)} was given; "
                "multiply by a number or by one value per neuron, of shape (post,)"
            )
        return replace(self, terms=tuple(replace(t, factor=t.factor * factor) for t in self.terms))

    __rmul__ = __mul__

    def __truediv__(self, divisor: Factor) -> Delta:
        """The change divided by a number, or by one value per neuron."""
        return self * (1.0 / divisor)

    def made_by(self, part: Component) -> Delta:
        """The same change, known to come from a part too."""
        return replace(self, makers=(*self.makers, part))

    def computed(self) -> Delta:
        """The same change with its tensor computed, for those who need to look at the numbers."""
        dw = self.tensor()
        return replace(self, terms=(Computed(lambda: dw),))

    def tensor(self) -> Weights:
        """Δ, computed in as few passes as the geometry allows.

        Not to be changed: where all of it is one known tensor, it is that one, which a part may keep.
        """
        if len(self.terms) == 1 and isinstance(self.terms[0], Computed):
            compute, factor = self.terms[0].compute, self.terms[0].factor
            if _is_one(factor):
                return compute()
        return self._accumulate(None)

    def tensor_by_term(self) -> Weights:
        """Δ, each term computed alone, as the reference for `tensor`."""
        parts = [replace(self, terms=(term,)).tensor() for term in self.terms]
        return torch.stack(parts).sum(0) if parts else torch.zeros_like(self.w_e)

    def add_to(self, w: Weights) -> None:
        """W += Δ, in place and in as few passes as the geometry allows."""
        self._accumulate(w)

    def _accumulate(self, w: Weights | None) -> Weights:
        """Add Δ to `w`, or to nothing. What may read `w` is computed before anything changes it."""
        computed = [(t.compute(), t.factor) for t in self.terms if isinstance(t, Computed)]
        decay = self._decay()
        if w is not None and decay is not None:
            w = _scale_in_place(w, 1.0 + decay) if self.w_e is w else _add(w, self.w_e, decay)
            decay = None
        for post, pre, factor in self._outers():
            w = self._add_outer(w, post, pre, factor)
        for tensor, factor in computed:
            w = _add(w, tensor, factor)
        if decay is not None:
            w = _add(w, self.w_e, decay)
        return torch.zeros_like(self.w_e) if w is None else w

    def _add_outer(self, w: Weights | None, post: Post, pre: Pre, factor: Factor) -> Weights:
        if w is None:
            dw = self.geometry.outer(post, pre, self.w_e)
            return dw if _is_one(factor) else _scale_in_place(dw, factor)
        self.geometry.add_outer(w, _times(post, factor), pre)
        return w

    def _decay(self) -> Factor | None:
        """The factors of all decay terms, summed."""
        factors = [term.factor for term in self.terms if isinstance(term, Decay)]
        return sum(factors[1:], factors[0]) if factors else None

    def _outers(self) -> list[tuple[Post, Pre, Factor]]:
        """Outer products with the same presynaptic side joined into one, since they cost the most."""
        joined: dict[int, tuple[Post, Pre, Factor]] = {}
        for term in self.terms:
            if not isinstance(term, Outer):
                continue
            known = joined.get(id(term.pre))
            if known is None:
                joined[id(term.pre)] = term.post, term.pre, term.factor
            else:
                post = _times(known[0], known[2]) + _times(term.post, term.factor)
                joined[id(term.pre)] = post, term.pre, 1.0
        return list(joined.values())


def _is_one(factor: Factor) -> bool:
    return not isinstance(factor, Tensor) and factor == 1.0


def _times(post: Post, factor: Factor) -> Post:
    """Postsynaptic activity times a factor per neuron."""
    if _is_one(factor):
        return post
    if isinstance(factor, Tensor) and factor.dim() == 1:
        factor = per_neuron(factor, post[0])
    return post * factor


def _scale_in_place(w: Weights, factor: Factor) -> Weights:
    if isinstance(factor, Tensor) and factor.dim() == 1:
        factor = per_neuron(factor, w)
    return w.mul_(factor)


def _add(w: Weights | None, term: Weights, factor: Factor) -> Weights:
    """W + factor · term, in place where w is given; `term` itself is never changed."""
    if isinstance(factor, Tensor):
        factor = per_neuron(factor, term) if factor.dim() == 1 else factor
        return term * factor if w is None else w.addcmul_(term, factor)
    return term * factor if w is None else w.add_(term, alpha=factor)

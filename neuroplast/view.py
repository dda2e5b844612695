"""What a rule, and every part that adapts, may see of one projection during one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from neuroplast.component import NO_STATE, State
from neuroplast.delta import Computed, Decay, Delta, Outer
from neuroplast.parts.synapse import Geometry
from neuroplast.shapes import PerPost, Post, Pre, Weights


@dataclass(frozen=True)
class View:
    """One projection as its parts see it in one step; tensors are read, never changed.

    geometry: lowers the sums below to a dense product, a convolution, ...
    x: presynaptic activity, normalised and padded, (batch, pre, *positions).
    w, w_e: weights and effective weights, (post, pre, *kernel).
    u, v, g: drive; drive after dynamics; plasticity activity: (batch, post, *positions).
    signals: named third factors, (batch,) or (batch, post).
    memory: what the asking part declared with `Memory`.
    winners: (v, g) -> who won, as the layer's competition says; None where there is none to ask.
    """

    geometry: Geometry
    x: Pre
    w: Weights
    w_e: Weights
    u: Post
    v: Post
    g: Post
    signals: Mapping[str, Tensor] = field(default_factory=dict)
    memory: State = NO_STATE
    winners: Callable[[Post, Post], Tensor] | None = None

    @property
    def count(self) -> int:
        """How many times each neuron was driven in this step: stimuli, times positions where these share weights."""
        return self.u.numel() // len(self.w)

    @property
    def won(self) -> Tensor:
        """Who won each stimulus and position, a bool mask of g's shape: g > 0, unless the competition says otherwise.

        Losers that learn with minus a negative drive have g > 0 too.
        """
        return self.g > 0 if self.winners is None else self.winners(self.v, self.g)

    def total(self, activity: Post) -> PerPost:
        """Activity summed over stimuli and positions: one value per neuron, (post,)."""
        return self.geometry.total(activity)

    def average(self, activity: Post) -> PerPost:
        """The mean over stimuli and positions: one value per neuron, (post,)."""
        return self.total(activity) / self.count

    def remembering(self, memory: State) -> View:
        """The same view with the memory of another part."""
        return replace(self, memory=memory)

    def outer(self, post: Post, pre: Pre | None = None) -> Delta:
        """Σ post · pre for each synapse; `pre` is x unless given."""
        if post.shape != self.u.shape:
            raise ValueError(
                f"outer: postsynaptic activity of shape {tuple(post.shape)} for a drive of shape "
                f"{tuple(self.u.shape)}; give it the shape of view.u"
            )
        pre = self.x if pre is None else pre
        if pre.shape != self.x.shape:
            raise ValueError(
                f"outer: presynaptic activity of shape {tuple(pre.shape)} for an input of shape "
                f"{tuple(self.x.shape)}; give it the shape of view.x"
            )
        return self._delta(Outer(post, pre))

    def decay(self, c: Post | float) -> Delta:
        """(Σ c) · w_e, the sum over stimuli and positions of each neuron; c may be one number."""
        if not isinstance(c, Tensor):
            return self._delta(Decay(c * self.count))
        if c.shape != self.u.shape:
            raise ValueError(
                f"decay: a coefficient of shape {tuple(c.shape)} for a drive of shape "
                f"{tuple(self.u.shape)}; give it the shape of view.u"
            )
        return self._delta(Decay(self.total(c)))

    def gate(self, post: Post | float, pre: Pre | None = None) -> Delta:
        """(Σ post · pre) · w_e for each synapse: a decay that depends on x too."""
        activity = post if isinstance(post, Tensor) else torch.full_like(self.u, post)
        products = self.outer(activity, pre)
        return self._delta(Computed(lambda: products.tensor() * self.w_e))

    def known(self, dw: Weights) -> Delta:
        """A change that is known already, of w's shape, such as a trace kept for each synapse."""
        if dw.shape != self.w.shape:
            raise ValueError(
                f"known: a change of shape {tuple(dw.shape)} for weights of shape "
                f"{tuple(self.w.shape)}; give it the shape of view.w"
            )
        return self._delta(Computed(lambda: dw))

    def correlate(self, a: Post, b: Post) -> Tensor:
        """Σ a_i b_k over stimuli and positions: (post, post). Couples the neurons of a layer."""
        return self.geometry.events(a) @ self.geometry.events(b).T

    def mix(self, m: Tensor) -> Delta:
        """M · w, M (post, post): each neuron changed by a sum over the layer's neurons."""
        return self._delta(Computed(lambda: (m @ self.w.flatten(1)).view(self.w.shape)))

    def _delta(self, term: Outer | Decay | Computed) -> Delta:
        return Delta(self.geometry, self.w_e, (term,))

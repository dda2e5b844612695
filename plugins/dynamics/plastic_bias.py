"""Biases that learn how often each neuron takes a stimulus: the logarithm of a prior."""

from math import log
from typing import ClassVar

import torch
from pydantic import Field

from neuroplast import Dynamics, Memory, State, View, hookimpl
from neuroplast.functional import largest_magnitude, norms, per_neuron, softmax, total
from neuroplast.shapes import PerPost, Post


class PlasticBias(Dynamics):
    """v = u + b; the softmax of b / τ comes to the share that each neuron has of the stimuli.

        s = softmax over channels of t v,   t = 1 / τ
        Δb_i = (Σ s_i - M e^(t b_i)) / e^(t b_i),   M = stimuli x positions
        b_i ← b_i + rate · (| |w_i| - 1 | + 1e-10)^q · Δb_i / max |Δb|,   from b_i = log(1 / K) / t for K neurons

    At rest e^(t b_i) is the mean of s_i. The bias of a neuron has the neuron's own rate, that of its weights by
    `weight_norm`, times 0.1 / t in convolutions and 1 / t in dense layers (discrepancy S20): so `rate` is that product
    for the layer, η / t or 0.1 η / t. The norm is that after the weights' step, where the source takes that from before
    it. With q = 0 all biases have one rate, as beside weights whose norm is held at 1. In a layer of several
    projections the first one's weights count; where positions do not share weights, the mean factor of a neuron's.

    Shapes:
        u, v: (batch, post, *positions), in any unit r; t in 1/r, rate in r. w: (post, pre, *kernel).
        shift: b_i - log(1 / K) / t, (post,), in r, from 0.

    Source:
        Moraitis et al. (2022), Neuromorph. Comput. Eng. 2, 044017; as in the code of Journé et al. (2023), arXiv
        2209.11883, where it is off in the published networks.
    """

    kind: ClassVar[str] = "plastic_bias"
    parameter_aliases = {"t_invert": "inverse_temperature"}
    shift = Memory("post")
    inverse_temperature: float = Field(
        1.0, gt=0, description="t = 1 / τ, in one over the drive's unit"
    )
    rate: float = Field(
        0.001,
        gt=0,
        description="the largest change in one step of the bias of a neuron at a distance of 1 from unit length",
    )
    power: float = Field(0.5, ge=0, description="q, as of the weights' rate weight_norm")

    def integrate(self, u: Post, memory: State) -> Post:
        """The drive with its bias."""
        start = log(1 / u.shape[1]) / self.inverse_temperature
        return u + per_neuron(memory.shift + start, u[0]).to(u.dtype)

    def adapt(self, view: View) -> None:
        """Move the biases towards the shares."""
        t, shift = self.inverse_temperature, view.memory.shift
        share = total(softmax(view.v * t)) * (view.v.shape[1] / view.v.numel())
        prior = (t * shift.to(share.dtype)).exp() / view.v.shape[1]
        prior = prior.clamp_min(torch.finfo(prior.dtype).tiny)  # who has no share falls for ever
        change = share / prior - 1  # M drops out of the quotient by the largest entry
        change = change / (largest_magnitude(change[:, None]) + 1e-30)
        shift.add_(change * self._own(view), alpha=self.rate)

    def _own(self, view: View) -> PerPost:
        """What the weights of each neuron make of the rate."""
        factor = ((norms(view.w) - 1).abs() + 1e-10) ** self.power
        return per_neuron(factor, view.v[0]).reshape(view.v.shape[1], -1).mean(1)


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [PlasticBias]

"""Lagani's soft winner-take-all: a neuron divides what it learns among the stimuli by its shares of them."""

from typing import ClassVar

import torch
from pydantic import Field

from neuroplast import Competition, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors, per_neuron, softmax, total
from neuroplast.shapes import Post


class LaganiSoftWta(Competition):
    """g_it = r_it² / Σ_t r_it, with shares r = softmax(b v) and t over the stimuli and positions of a batch.

    Then Σ_t g_it (x_t - w_i) is a step towards the mean of what the neuron has a share of, weighted by r². A stimulus
    learned alone counts otherwise than in a batch, since the shares are divided by their sum over the batch.

    Shapes:
        v, r, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Lagani et al. (2021), in the form of their released demo code.
    """

    kind: ClassVar[str] = "lagani_soft_wta"
    graded: ClassVar[bool] = True
    couples_batch: ClassVar[bool] = True
    couples_positions: ClassVar[bool] = True
    inverse_temperature: float = Field(
        50.0, gt=0, description="1 / τ, in one over the drive's unit; large is hard"
    )
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse competition in space where there is none."""
        competitors(self.axis, fit.response_shape)

    def compete(self, v: Post, memory: State) -> Post:
        """Shares times themselves, over their sum for each neuron."""
        r = along(self.axis, v, lambda v, dim: softmax(v * self.inverse_temperature, dim))
        # a neuron without any share, all rounded to 0, learns nothing, and is not divided by 0
        whole = total(r).clamp_min(torch.finfo(r.dtype).tiny)
        return r * (r / per_neuron(whole, r[0]))


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [LaganiSoftWta]

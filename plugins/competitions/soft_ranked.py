"""Softmax competition in which the neuron of one rank unlearns."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Competition, ConfigurationError, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors, softmax
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import at_rank


class SoftRanked(Competition):
    """g = s = softmax(b v), but at the drive of rank r, where g = -Δ s (by share) or -Δ (constant).

    Shapes:
        v, s, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Modes of the code of Journé et al. (2023), arXiv 2209.11883, that no published result uses; after the rank of
        Krotov & Hopfield (2019), PNAS 116, 7723-7731.
    """

    kind: ClassVar[str] = "soft_ranked"
    graded: ClassVar[bool] = True
    inverse_temperature: float = Field(
        1.0, gt=0, description="1 / τ, in one over the drive's unit; large is hard"
    )
    rank: int = Field(3, ge=1, description="r, the rank that unlearns; 1 is the largest drive's")
    delta: float = Field(2.0, ge=0, description="Δ, how strongly it unlearns")
    by: Literal["share", "constant"] = Field(
        "share", description="whether it unlearns by Δ times its share, or by Δ"
    )
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse a rank that nobody has."""
        n = competitors(self.axis, fit.response_shape)
        if self.rank > n:
            raise ConfigurationError(
                f"soft_ranked: rank {self.rank} asked of {n} {self.axis}; "
                f"set rank to {n} or less, or give the layer more neurons"
            )

    def compete(self, v: Post, memory: State) -> Post:
        """Share by softmax, and let one rank unlearn."""
        return along(self.axis, v, self._share)

    def _share(self, v: Tensor, dim: int) -> Tensor:
        s = softmax(v * self.inverse_temperature, dim)
        unlearned = s * -self.delta if self.by == "share" else torch.full_like(s, -self.delta)
        return torch.where(at_rank(v, self.rank, dim), unlearned, s)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [SoftRanked]

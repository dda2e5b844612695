"""The ranked competition of Krotov and Hopfield: the first learns, the k-th unlearns."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Competition, ConfigurationError, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors, first_largest
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import at_rank


class Ranked(Competition):
    """g = 1 at the largest drive, -Δ at the k-th largest, 0 elsewhere; of equal drives the lowest index ranks higher.

    Shapes:
        v, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731.
    """

    kind: ClassVar[str] = "ranked"
    k: int = Field(2, ge=2, description="the rank that unlearns; 1 would be the winner's")
    delta: float = Field(0.4, ge=0, description="Δ, how strongly it unlearns")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse a rank that nobody has."""
        n = competitors(self.axis, fit.response_shape)
        if self.k > n:
            raise ConfigurationError(
                f"ranked: rank {self.k} asked of {n} {self.axis}; "
                f"set k to {n} or less, or give the layer more neurons"
            )

    def compete(self, v: Post, memory: State) -> Post:
        """The first learns, the k-th unlearns."""
        return along(self.axis, v, self._ranked)

    def _ranked(self, v: Tensor, dim: int) -> Tensor:
        punished = at_rank(v, self.k, dim).to(v.dtype) * -self.delta
        return torch.where(first_largest(v, 1, dim), 1.0, punished)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [Ranked]

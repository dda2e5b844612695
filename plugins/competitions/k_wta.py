"""k winners take all: the k largest drives of each stimulus and position stay active."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Competition, ConfigurationError, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors, first_largest
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import outcome, won


class KWta(Competition):
    """g = v (drive) or 1 (binary) at the k largest drives, 0 elsewhere; of equal drives the lowest index goes first.

    With anti-Hebbian losers, the others have -v (drive) or -1 (binary).

    Shapes:
        v, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Majani, Erlanson & Abu-Mostafa (1989), Advances in Neural Information Processing Systems 1, 634-642.
    """

    kind: ClassVar[str] = "k_wta"
    aliases: ClassVar[tuple[str, ...]] = ("kwta",)
    k: int = Field(1, ge=1, description="neurons left active by one stimulus at one position")
    activity: Literal["drive", "binary"] = Field(
        "drive", description="what a winner has: its drive, or 1"
    )
    anti_hebbian: bool = Field(False, description="whether losers learn with the opposite sign")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse more winners than there are to choose from."""
        n = competitors(self.axis, fit.response_shape)
        if self.k > n:
            raise ConfigurationError(
                f"k_wta: {self.k} winners asked of {n} {self.axis}; "
                f"set k to {n} or less, or give the layer more neurons"
            )

    def compete(self, v: Post, memory: State) -> Post:
        """Keep the winners."""
        winners = along(self.axis, v, lambda v, dim: first_largest(v, self.k, dim))
        height = v if self.activity == "drive" else torch.ones_like(v)
        return outcome(height, winners, self.anti_hebbian)

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian and self.activity == "drive")


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [KWta]

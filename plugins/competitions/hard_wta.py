"""Hard winner-take-all: one neuron learns from each stimulus and position."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Competition, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors, first_largest
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import outcome, won


class HardWta(Competition):
    """g = 1 (binary) or g = v (activity) at the largest drive, 0 elsewhere; of equal drives the lowest index wins.

    With anti-Hebbian losers, the others have -1 (binary) or -v (activity).

    Shapes:
        v, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Rumelhart & Zipser (1985), Cognitive Science 9, 75-112.
    """

    kind: ClassVar[str] = "hard_wta"
    aliases: ClassVar[tuple[str, ...]] = ("hard",)
    activity: Literal["binary", "drive"] = Field(
        "binary", description="what the winner has: 1, or its drive"
    )
    anti_hebbian: bool = Field(False, description="whether losers learn with the opposite sign")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse competition in space where there is none."""
        competitors(self.axis, fit.response_shape)

    def compete(self, v: Post, memory: State) -> Post:
        """Keep the winner."""
        winner = along(self.axis, v, lambda v, dim: first_largest(v, 1, dim))
        height = v if self.activity == "drive" else torch.ones_like(v)
        return outcome(height, winner, self.anti_hebbian)

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian and self.activity == "drive")


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [HardWta]

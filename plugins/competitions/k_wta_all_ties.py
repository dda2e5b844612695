"""k winners take all as Miconi coded it: whoever is level with the k-th largest drive is kept too."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Competition, ConfigurationError, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import outcome, won


class KWtaAllTies(Competition):
    """Kept are all v >= the k-th largest; g = 1 where kept and v > 0 (binary), or v where kept (drive); else 0.

    Two things differ from `k_wta`, each by as much as it says. Ties are all kept: with drives that are all equal, all
    n neurons, not k. And in binary form nobody fires who has v <= 0: where the largest drive is not positive nobody
    learns (discrepancy M8), where `k_wta` always has k winners. With anti-Hebbian losers, whoever does not fire has
    -1 (binary) or -v (drive).

    Shapes:
        v, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Miconi (2021), arXiv 2107.01729, in the form of its code.
    """

    kind: ClassVar[str] = "k_wta_all_ties"
    keeps_ties: ClassVar[bool] = True
    k: int = Field(1, ge=1, description="the rank of the drive that is just large enough")
    activity: Literal["binary", "drive"] = Field(
        "binary", description="what is kept: 1 where the drive is positive, or the drive"
    )
    anti_hebbian: bool = Field(False, description="whether losers learn with the opposite sign")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse a rank that nobody has."""
        n = competitors(self.axis, fit.response_shape)
        if self.k > n:
            raise ConfigurationError(
                f"k_wta_all_ties: {self.k} winners asked of {n} {self.axis}; "
                f"set k to {n} or less, or give the layer more neurons"
            )

    def compete(self, v: Post, memory: State) -> Post:
        """Keep whoever reaches the k-th largest drive."""
        kept = along(self.axis, v, self._reaches)
        if self.activity == "drive":
            return outcome(v, kept, self.anti_hebbian)
        return outcome(torch.ones_like(v), kept & (v > 0), self.anti_hebbian)

    def _reaches(self, v: Tensor, dim: int) -> Tensor:
        if self.k == 1:
            return v >= v.amax(dim, keepdim=True)
        return v >= v.topk(self.k, dim).values.select(dim, -1).unsqueeze(dim)

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian and self.activity == "drive")


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [KWtaAllTies]

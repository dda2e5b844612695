"""Statistical competition: only neurons whose drive stands out among the others compete."""

from typing import ClassVar, Literal

from pydantic import Field
from torch import Tensor

from neuroplast import Competition, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import (
    check_outstanding,
    compete_above,
    outstanding,
    won,
)


class Statistical(Competition):
    """Those with v > T compete, T = mean + d standard deviations of all drives that could.

        T = mean of v + d √(Σ (v_i - mean)² / (n - 1)),     g_i = mask_i a_i

    Hard: the mask is 1 at the largest v, if that is above T, and 0 elsewhere; a is 1 or v. Soft: g is the softmax of b
    v over those above T, or that times v. Where nobody is above T nobody learns. Anti-Hebbian losers are those that
    compete and do not win. Of n drives none is more than (n - 1) / √n standard deviations above their mean.

    Shapes:
        v, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.
        T: one for each stimulus and position, or stimulus and channel, in the unit of v.

    Source:
        Jimenez Nimmo (2024), thesis, City University London; with a mask of 0 and 1, where the published code
        squares the activity (discrepancy N9, discrepancy N36), see `statistical_squared`. The published drive is
        another too, see the rule `statistical_double_padded`.

    Raises:
        Refusal: with no more competitors than that d of them can never be reached; 2 needs 6.
    """

    kind: ClassVar[str] = "statistical"
    abstains: ClassVar[bool] = True
    deviations: float = Field(
        2.0, ge=0, description="d, by how many standard deviations a drive must stand out"
    )
    winners: Literal["hard", "soft"] = Field(
        "hard", description="whether the largest has all, or all above share by a softmax"
    )
    activity: Literal["binary", "drive"] = Field(
        "binary", description="what is masked or shared: 1, or the drive"
    )
    inverse_temperature: float = Field(
        1.0, gt=0, description="b of soft winners, in one over the drive's unit; large is hard"
    )
    anti_hebbian: bool = Field(False, description="whether losers learn with the opposite sign")
    axis: Axis = Field("channels", description="among what neurons compete")

    @property
    def graded(self) -> bool:  # type: ignore[override]
        """Whether those above are meant to share: only soft winners are."""
        return self.winners == "soft"

    def check(self, fit: Fit) -> None:
        """Refuse a threshold that nobody can be above."""
        check_outstanding(self.kind, competitors(self.axis, fit.response_shape), self.deviations)

    def compete(self, v: Post, memory: State) -> Post:
        """Let those above the threshold compete."""
        return along(self.axis, v, self._above)

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian and self.activity == "drive")

    def _above(self, v: Tensor, dim: int) -> Tensor:
        return compete_above(
            v,
            outstanding(v, self.deviations, dim),
            dim,
            self.winners,
            self.activity,
            self.inverse_temperature,
            self.anti_hebbian,
        )


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [Statistical]

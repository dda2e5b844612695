"""Temporal competition: only neurons driven above what is usual of late compete."""

from typing import ClassVar, Literal

from pydantic import Field
from torch import Tensor

from neuroplast import Competition, Fit, Memory, State, View, hookimpl
from neuroplast.functional import Axis, along, competitors
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import compete_above, won
from neuroplast_plugins.competitions.streaming_median import COUNTS, KNOTS, LONGEST
from neuroplast_plugins.competitions.windows import remember, thresholds


class Temporal(Competition):
    """Those with v > T compete; T is the mean over competitors of their medians of the last stimuli.

        T = mean over the competitors i of median over the window of v_i,     g_i = mask_i a_i

    The window is the last 500 stimuli or so, the present batch included, at the same position. Hard: the mask is 1 at
    the largest v, if that is above T, and 0 elsewhere; a is 1 or v. Soft: g is the softmax of b v over those above T,
    or that times v. Where nobody is above T nobody learns. Anti-Hebbian losers are those that compete and do not win.

    Memory is bounded: 92 bytes for each neuron and position whatever the window, 9.04 MB for the 98,304 of the first
    layer for CIFAR-10. T is exact for the first 37 stimuli, for a window of up to 37 and for a batch as long as the
    window, but for rounding. Beyond, for 96 channels and a window of 500, on activity that drifts by one standard
    deviation in a window, changes its scale or jumps by half a one, T is within 5 % of the exact window's, or of a
    standard deviation where T is near 0; for a while after a sudden jump by δ it may be off by δ / 12 more. Shorter
    windows have fewer stimuli in a block: in the same trials up to 11 % of a standard deviation with 100 stimuli, and
    16 % with 40, the most where all channels vary together.

    Shapes:
        v, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.
        T: (*positions) for channels, (post,) for space, in the unit of v.

    Source:
        Jimenez Nimmo (2024), thesis, City University London; with a mask of 0 and 1, where the published code
        squares the activity (discrepancy N9, discrepancy N36), see `temporal_squared`. One definition for channels
        and space, where the published files disagree (discrepancy N27).
    """

    kind: ClassVar[str] = "temporal"
    abstains: ClassVar[bool] = True
    couples_batch: ClassVar[bool] = True
    knots = Memory((KNOTS, "post", "positions"))
    counts = Memory((COUNTS, "post", "positions"), dtype="float16")
    seen = Memory("scalar", on_host=True)
    window: int = Field(500, ge=1, le=LONGEST, description="how many stimuli medians are over")
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
        """Refuse competition in space where there is none."""
        competitors(self.axis, fit.response_shape)

    def compete(self, v: Post, memory: State) -> Post:
        """Let those above the threshold compete."""
        threshold = thresholds(self.axis, v, memory, self.window)
        return along(self.axis, v, lambda v, dim: self._above(v, threshold, dim))

    def adapt(self, view: View) -> None:
        """Take the batch into the window."""
        remember(view.v, view.memory, self.window)

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian and self.activity == "drive")

    def _above(self, v: Tensor, threshold: Tensor, dim: int) -> Tensor:
        return compete_above(
            v,
            threshold,
            dim,
            self.winners,
            self.activity,
            self.inverse_temperature,
            self.anti_hebbian,
        )


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [Temporal]

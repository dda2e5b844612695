"""Temporal competition as published: activity above the threshold is squared."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Competition, Fit, Memory, State, View, hookimpl
from neuroplast.functional import Axis, along, competitors
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import squared_above
from neuroplast_plugins.competitions.streaming_median import COUNTS, KNOTS, LONGEST
from neuroplast_plugins.competitions.windows import remember, thresholds


class TemporalSquared(Competition):
    """g = z top1(z), z = v where v > T and 0 elsewhere: z² at the largest z, 0 elsewhere.

    T is that of `temporal`, with its memory and its bounds. Here the mask that should have been 0 and 1 is z itself
    (discrepancy N9), so that g is v² where `temporal` with activity "drive" has v: a winner with v = 3 learns three
    times as much, one with v = 0.1 a tenth. And where the largest drive is above T but negative, the largest z is the 0
    of a neuron below T, and nobody learns. The published code squares so in the ordinary layer only, that is along
    channels (discrepancy N36).

    Shapes:
        v, z, g: (batch, post, *positions); g in the square of v's unit. Channels of a position compete, or positions
        of a channel.

    Source:
        Jimenez Nimmo (2024), thesis, City University London, in the form of its code.
    """

    kind: ClassVar[str] = "temporal_squared"
    abstains: ClassVar[bool] = True
    couples_batch: ClassVar[bool] = True
    knots = Memory((KNOTS, "post", "positions"))
    counts = Memory((COUNTS, "post", "positions"), dtype="float16")
    seen = Memory("scalar", on_host=True)
    window: int = Field(500, ge=1, le=LONGEST, description="how many stimuli medians are over")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse competition in space where there is none."""
        competitors(self.axis, fit.response_shape)

    def compete(self, v: Post, memory: State) -> Post:
        """Square the largest of those above the threshold."""
        threshold = thresholds(self.axis, v, memory, self.window)
        return along(self.axis, v, lambda v, dim: squared_above(v, threshold, dim))

    def adapt(self, view: View) -> None:
        """Take the batch into the window."""
        remember(view.v, view.memory, self.window)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [TemporalSquared]

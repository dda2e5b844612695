"""A softmax as a mask: each neuron keeps its drive, times its share."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Competition, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors, first_largest, softmax
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import outcome, won


class SoftmaxMask(Competition):
    """g = v s, s = softmax(b v), b the inverse temperature; with anti-Hebbian losers g = -v s but at the largest v.

    Large b makes it hard winner-take-all with activity "drive", b near 0 the drives over their number.

    Shapes:
        v, s, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Jimenez Nimmo (2024), thesis, City University London: activity times winner, with the softmax of Moraitis et
        al. (2022), Neuromorph. Comput. Eng. 2, 044017, in place of the winner.
    """

    kind: ClassVar[str] = "softmax_mask"
    graded: ClassVar[bool] = True
    inverse_temperature: float = Field(
        1.0, gt=0, description="1 / τ, in one over the drive's unit; large is hard"
    )
    anti_hebbian: bool = Field(False, description="whether losers learn with the opposite sign")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse competition in space where there is none."""
        competitors(self.axis, fit.response_shape)

    def compete(self, v: Post, memory: State) -> Post:
        """The drives, masked."""
        return along(self.axis, v, self._masked)

    def _masked(self, v: Tensor, dim: int) -> Tensor:
        height = v * softmax(v * self.inverse_temperature, dim)
        return outcome(height, first_largest(v, 1, dim), self.anti_hebbian, otherwise=height)

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [SoftmaxMask]

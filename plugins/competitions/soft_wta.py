"""Soft winner-take-all: neurons share each stimulus by a softmax of their drives."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Competition, Fit, State, hookimpl
from neuroplast.functional import Axis, along, argmax, competitors, softmax
from neuroplast.shapes import Post


class SoftWta(Competition):
    """g = s = softmax(b v), b the inverse temperature; with anti-Hebbian losers g = -s but at the largest v.

    Shapes:
        v, s, g: (batch, post, *positions). Channels of a position compete, or positions of a channel.

    Source:
        Moraitis et al. (2022), Neuromorph. Comput. Eng. 2, 044017; with anti-Hebbian losers Journé et al. (2023),
        arXiv 2209.11883.
    """

    kind: ClassVar[str] = "soft_wta"
    aliases: ClassVar[tuple[str, ...]] = ("soft",)
    graded: ClassVar[bool] = True
    parameter_aliases = {"t_invert": "inverse_temperature"}
    inverse_temperature: float = Field(
        1.0, gt=0, description="1 / τ, in one over the drive's unit; large is hard"
    )
    anti_hebbian: bool = Field(True, description="whether losers learn with the opposite sign")
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse competition in space where there is none."""
        competitors(self.axis, fit.response_shape)

    def compete(self, v: Post, memory: State) -> Post:
        """Share by softmax, and give losers the opposite sign where that is asked."""
        return along(self.axis, v, self._share)

    def _share(self, v: Tensor, dim: int) -> Tensor:
        s = softmax(v if self.inverse_temperature == 1 else v * self.inverse_temperature, dim)
        if not self.anti_hebbian:
            return s
        winner = argmax(v, dim)  # a mask of winners takes three passes more
        share = s.gather(dim, winner)
        return s.neg_().scatter_(dim, winner, share)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [SoftWta]

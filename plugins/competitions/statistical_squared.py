"""Statistical competition as published: activity above the threshold is squared."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Competition, Fit, State, hookimpl
from neuroplast.functional import Axis, along, competitors
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import (
    check_outstanding,
    outstanding,
    squared_above,
)


class StatisticalSquared(Competition):
    """g = z top1(z), z = v where v > T and 0 elsewhere: z² at the largest z, 0 elsewhere; T of `statistical`.

    The mask that should have been 0 and 1 is z itself (discrepancy N9), so that g is v² where `statistical` with
    activity "drive" has v. And where the largest drive is above T but negative, the largest z is the 0 of a neuron
    below T, and nobody learns. The published code squares so in the ordinary layer only, that is along channels
    (discrepancy N36), and pads its input twice there (discrepancy N8): that is the rule `statistical_double_padded`.

    Shapes:
        v, z, g: (batch, post, *positions); g in the square of v's unit. Channels of a position compete, or positions
        of a channel.

    Source:
        Jimenez Nimmo (2024), thesis, City University London, in the form of its code.

    Raises:
        Refusal: with no more competitors than that so many deviations can never be reached; 2 needs 6.
    """

    kind: ClassVar[str] = "statistical_squared"
    abstains: ClassVar[bool] = True
    deviations: float = Field(
        2.0, ge=0, description="d, by how many standard deviations a drive must stand out"
    )
    axis: Axis = Field("channels", description="among what neurons compete")

    def check(self, fit: Fit) -> None:
        """Refuse a threshold that nobody can be above."""
        check_outstanding(self.kind, competitors(self.axis, fit.response_shape), self.deviations)

    def compete(self, v: Post, memory: State) -> Post:
        """Square the largest of those above the threshold."""
        return along(self.axis, v, self._squared)

    def _squared(self, v: Tensor, dim: int) -> Tensor:
        return squared_above(v, outstanding(v, self.deviations, dim), dim)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [StatisticalSquared]

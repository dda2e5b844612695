"""How responses of neighbouring positions are joined."""

from abc import abstractmethod
from typing import ClassVar

from neuroplast.component import LayerPart
from neuroplast.shapes import Post, Shape


class Pool(LayerPart):
    """y -> y, over positions.

    picks: whether every pooled value is the largest of some of y's, so that what never falls may be computed after.
    """

    family: ClassVar[str] = "pool"
    picks: ClassVar[bool] = False

    @abstractmethod
    def pool(self, y: Post) -> Post:
        """The pooled response, (batch, post, *positions)."""

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one pooled response; ConfigurationError where the response does not fit."""

"""How input and weights make a drive."""

from abc import abstractmethod
from typing import ClassVar

from neuroplast.component import LayerPart
from neuroplast.parts.synapse import Geometry
from neuroplast.shapes import Post, Pre, Weights


class Similarity(LayerPart):
    """(geometry, x̂, w_e) -> u."""

    family: ClassVar[str] = "similarity"

    @abstractmethod
    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """The drive, (batch, post, *positions), built from `geometry.drive`."""

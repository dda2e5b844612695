"""The weights that the drive uses, where they are not the weights that learn."""

from abc import abstractmethod
from typing import ClassVar

from neuroplast.component import LayerPart
from neuroplast.shapes import Weights


class Effective(LayerPart):
    """w -> w_e, used by the drive and by `decay`; changes are always applied to w.

    keeps_signs: whether w_e has the sign of w, or is 0; Dale's principle needs to know.
    """

    family: ClassVar[str] = "effective"
    keeps_signs: ClassVar[bool] = True

    @abstractmethod
    def effective(self, w: Weights) -> Weights:
        """The effective weights, of w's shape; w itself, not a copy, where nothing is changed."""

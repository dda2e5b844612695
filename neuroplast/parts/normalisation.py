"""How a layer normalises its input."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor

from neuroplast.component import LayerPart, State
from neuroplast.shapes import Shape


class Normalisation(LayerPart):
    """x -> x̂. Running statistics are its memory.

    signed: whether its result may be negative where its input is not; Dale's principle needs to know.
    couples_batch: whether the result of one stimulus depends on the others of its batch.
    """

    family: ClassVar[str] = "normalisation"
    signed: ClassVar[bool] = False
    couples_batch: ClassVar[bool] = False

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one normalised input, where it is another than the input's."""
        return shape

    @abstractmethod
    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """The normalised input. While `adapting`, batch statistics are used and remembered in place."""

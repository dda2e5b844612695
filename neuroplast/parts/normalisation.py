"""How a layer normalises its input."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor

from neuroplast.component import Component, State


class Normalisation(Component):
    """x -> x̂. Running statistics are its memory.

    signed: whether its result may be negative where its input is not; Dale's principle needs to know.
    couples_batch: whether the result of one stimulus depends on the others of its batch.
    """

    family: ClassVar[str] = "normalisation"
    signed: ClassVar[bool] = False
    couples_batch: ClassVar[bool] = False

    @abstractmethod
    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """The normalised input, of x's shape. While `adapting`, batch statistics are used and remembered in place."""

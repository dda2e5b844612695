"""How the scaled change enters the weights."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor

from neuroplast.component import LayerPart, State
from neuroplast.delta import Delta
from neuroplast.shapes import Weights


class Step(LayerPart):
    """(w, Δ, η) -> w, in place."""

    family: ClassVar[str] = "step"

    @abstractmethod
    def apply(self, w: Weights, delta: Delta, eta: float | Tensor, memory: State) -> None:
        """Change w in place by η Δ, as this step does it; the step's own memory may be changed in place."""

"""How large a step is."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from neuroplast.component import LayerPart
from neuroplast.progress import Progress

if TYPE_CHECKING:
    from neuroplast.view import View


class Rate(LayerPart):
    """(view, progress) -> η. A layer's list of rates multiplies."""

    family: ClassVar[str] = "rate"

    @abstractmethod
    def at(self, view: "View", progress: Progress) -> float | Tensor:
        """The learning rate: a number, or one per neuron, (post,). Memory is read here and changed only in `adapt`."""

    def adapt(self, view: "View") -> None:
        """Change `view.memory` in place after the weights have changed; not called while they are frozen."""

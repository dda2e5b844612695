"""A named third factor: reward, teacher."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor

from neuroplast.component import LayerPart
from neuroplast.shapes import Post


class Signal(LayerPart):
    """(labels, response) -> a factor that rules read as `view.signals[name]`.

    couples_batch: whether the factor of one stimulus depends on the others of its batch.
    """

    family: ClassVar[str] = "signal"
    couples_batch: ClassVar[bool] = False

    @abstractmethod
    def signal(self, labels: Tensor, response: Post) -> Tensor:
        """One value per stimulus (batch,), or per stimulus and neuron (batch, post).

        labels: (batch,) int64. response: what the layer answered before the change, (batch, post, *positions).
        """

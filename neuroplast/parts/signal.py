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

    def check_labels(self, labels: Tensor, neurons: int) -> None:
        """Refuse labels that have no meaning in a layer of so many neurons; ConfigurationError.

        Asked once before a run, of all labels to be learnt from; so `signal` need not look at them on a GPU, where
        looking makes every step wait.
        """

    @abstractmethod
    def signal(self, labels: Tensor, response: Post) -> Tensor:
        """One value per stimulus (batch,), or per stimulus and neuron (batch, post).

        labels: (batch,) int64. response: what the layer answered before the change, (batch, post, *positions).
        """

"""Numbers taken from a network itself, beside the accuracy of read-outs."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from neuroplast.component import Component

if TYPE_CHECKING:
    from neuroplast.network import Network


class Measure(Component):
    """(network, training stimuli) -> numbers by name. It changes nothing."""

    family: ClassVar[str] = "measure"

    @abstractmethod
    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """The numbers of a frozen network.

        stimuli: all training stimuli as floats, (n, channels, height, width) or (n, features), preprocessed.
        """

"""Parameters from which a whole list of layers follows."""

from abc import abstractmethod
from typing import Any, ClassVar

from neuroplast.component import Component


class Architecture(Component):
    """parameters -> the layers of a network."""

    family: ClassVar[str] = "architecture"

    @abstractmethod
    def layers(self) -> list[dict[str, Any]]:
        """The layers as in a scenario file, in order."""

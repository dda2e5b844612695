"""What a summed change is divided by. Always named, never implied."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from neuroplast.component import LayerPart

if TYPE_CHECKING:
    from neuroplast.delta import Delta
    from neuroplast.view import View


class Scaling(LayerPart):
    """(Δ, view) -> Δ."""

    family: ClassVar[str] = "scaling"

    @abstractmethod
    def scale(self, delta: "Delta", view: "View") -> "Delta":
        """The scaled change; NotFiniteError where it looks at the numbers and finds one that is not finite."""

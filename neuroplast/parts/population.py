"""What the neurons of a layer answer."""

from abc import abstractmethod
from typing import ClassVar

from neuroplast.component import LayerPart
from neuroplast.shapes import Post


class Population(LayerPart):
    """(v, g) -> y: the neurons, their groups and signs.

    reads_g: whether the response needs the competition; where not, a frozen layer does not compute it.
    signed: whether the response may be negative.
    """

    family: ClassVar[str] = "population"
    reads_g: ClassVar[bool] = False
    signed: ClassVar[bool] = False

    @abstractmethod
    def respond(self, v: Post, g: Post | None) -> Post:
        """The response, a tensor of v's shape; g is None only where `reads_g` is false."""

    def signs(self, n_post: int) -> list[int] | None:
        """The sign (+1 or -1) of each neuron's outgoing weights, None where they have none."""
        return None


class RisingPopulation(Population):
    """One whose response never falls where one value per neuron rises: y = rise(level(v, g)).

    The largest response of a window is then that of its largest level, so that behind a pool that picks `rise` is
    computed of what is picked only.
    """

    def level(self, v: Post, g: Post | None) -> Post:
        """What decides the response, a tensor of v's shape: v, unless said otherwise."""
        return v

    @abstractmethod
    def rise(self, level: Post) -> Post:
        """The response to levels of any shape, a function of each alone that never falls."""

    def respond(self, v: Post, g: Post | None) -> Post:
        """The response."""
        return self.rise(self.level(v, g))

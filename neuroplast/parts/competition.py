"""Which neurons learn from a stimulus, and how strongly."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from neuroplast.component import LayerPart, State
from neuroplast.shapes import Post

if TYPE_CHECKING:
    from neuroplast.view import View


class Competition(LayerPart):
    """v -> g, the plasticity activity. Ties go to the lowest index, unless it `keeps_ties`.

    graded: whether several neurons are meant to share; one that takes all is then a sign of saturation.
    keeps_ties: whether neurons with equal drives have equal g, where otherwise the first of them would win.
    abstains: whether nobody wins where all drives are alike, since none stands out.
    couples_batch: whether the g of one stimulus depends on the others of its batch.
    couples_positions: whether groups of competitors depend on each other, such as a position on the next one.
    """

    family: ClassVar[str] = "competition"
    graded: ClassVar[bool] = False
    keeps_ties: ClassVar[bool] = False
    abstains: ClassVar[bool] = False
    couples_batch: ClassVar[bool] = False
    couples_positions: ClassVar[bool] = False

    @abstractmethod
    def compete(self, v: Post, memory: State) -> Post:
        """The plasticity activity, a new tensor of v's shape; v is not changed."""

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won, a bool mask of g's shape: g > 0, unless losers may have that too."""
        return g > 0

    def adapt(self, view: "View") -> None:
        """Change `view.memory` in place after the weights have changed; not called while neurons are frozen."""

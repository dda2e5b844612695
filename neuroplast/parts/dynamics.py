"""What happens between drive and competition: thresholds, surrounds, traces."""

from typing import TYPE_CHECKING, ClassVar

from neuroplast.component import LayerPart, State
from neuroplast.shapes import Post

if TYPE_CHECKING:
    from neuroplast.view import View


class Dynamics(LayerPart):
    """u -> v, one of a list, in order.

    leaks: whether v depends on what it was at the inner step before, where the layer settles.
    couples_batch: whether the v of one stimulus depends on the others of its batch.
    """

    family: ClassVar[str] = "dynamics"
    leaks: ClassVar[bool] = False
    couples_batch: ClassVar[bool] = False

    def integrate(self, u: Post, memory: State) -> Post:
        """The drive after this mechanism, of u's shape; memory is read here and changed only in `adapt`."""
        return u

    def settle(self, u: Post, before: Post, memory: State) -> Post:
        """The same at one of the inner steps of a layer that settles, from its own v at the step before, at first 0."""
        return self.integrate(u, memory)

    def adapt(self, view: "View") -> None:
        """Change `view.memory` in place after the weights have changed; not called while neurons are frozen."""

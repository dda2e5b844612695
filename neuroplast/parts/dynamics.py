"""What happens between drive and competition: thresholds, surrounds, traces."""

from typing import TYPE_CHECKING, ClassVar

from neuroplast.component import Component, State
from neuroplast.shapes import Post

if TYPE_CHECKING:
    from neuroplast.view import View


class Dynamics(Component):
    """u -> v, one of a list, in order.

    couples_batch: whether the v of one stimulus depends on the others of its batch.
    """

    family: ClassVar[str] = "dynamics"
    couples_batch: ClassVar[bool] = False

    def integrate(self, u: Post, memory: State) -> Post:
        """The drive after this mechanism, of u's shape; memory is read here and changed only in `adapt`."""
        return u

    def adapt(self, view: "View") -> None:
        """Change `view.memory` in place after the weights have changed; not called while neurons are frozen."""

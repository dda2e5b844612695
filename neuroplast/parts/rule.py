"""How a synapse changes."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from neuroplast.component import Component

if TYPE_CHECKING:
    from neuroplast.delta import Delta
    from neuroplast.view import View


class Rule(Component):
    """view -> Δ, a sum over stimuli and positions, before scaling and rate.

    uses: what the rule reads: "pre" (x), "post" (u, v, g), "weight" (w, w_e), or the name of a signal.
    couples_batch: whether the change of several stimuli is another than the sum of each one's change.
    ordered: whether the neurons stand in an order on purpose, so that other places mean other changes.
    """

    family: ClassVar[str] = "rule"
    uses: ClassVar[frozenset[str] | set[str]] = frozenset({"pre", "post", "weight"})
    couples_batch: ClassVar[bool] = False
    ordered: ClassVar[bool] = False

    @abstractmethod
    def delta(self, view: "View") -> "Delta":
        """The weight change, not yet computed. The rule's own memory may be changed here, in place."""

"""What must hold of the weights after every step."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from neuroplast.component import NO_STATE, LayerPart, State
from neuroplast.shapes import PerPost, Weights

if TYPE_CHECKING:
    from neuroplast.view import View


@dataclass(frozen=True)
class ConstraintContext:
    """What a constraint may know beside the weights.

    rng: a stream of its own.
    pre_signs: the signs (+1, -1) of the presynaptic neurons, None where the source has none.
    memory: what the constraint declared with `Memory`.
    view: the step that has just changed the weights; None at the start.
    """

    rng: torch.Generator
    pre_signs: PerPost | None = None
    memory: State = NO_STATE
    view: "View | None" = None


class Constraint(LayerPart):
    """One of a list, enforced in order after every change of the weights, and once at the start.

    projects: whether it brings weights into a set, so that enforcing it again changes nothing; else it is a process
        that goes on with every step, such as growth.
    cuts: whether it takes synapses away, so that neurons no longer see the same inputs.
    """

    family: ClassVar[str] = "constraint"
    projects: ClassVar[bool] = True
    cuts: ClassVar[bool] = False

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Bring initial weights into the allowed set, in place."""
        self.enforce(w, context)

    def turns_signs(self) -> bool:
        """Whether it may give a weight another sign, or a sign to one of 0; then Dale's principle comes after it."""
        return False

    @abstractmethod
    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Bring the weights back into the allowed set, in place; return how many were corrected, as a scalar tensor."""

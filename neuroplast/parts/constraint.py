"""What must hold of the weights after every step."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from neuroplast.component import NO_STATE, Component, State
from neuroplast.shapes import PerPost, Weights


@dataclass(frozen=True)
class ConstraintContext:
    """What a constraint may know beside the weights.

    rng: a stream of its own.
    pre_signs: the signs (+1, -1) of the presynaptic neurons, None where the source has none.
    memory: what the constraint declared with `Memory`.
    """

    rng: torch.Generator
    pre_signs: PerPost | None = None
    memory: State = NO_STATE


class Constraint(Component):
    """One of a list, enforced in order after every change of the weights, and once at the start."""

    family: ClassVar[str] = "constraint"

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Bring initial weights into the allowed set, in place."""
        self.enforce(w, context)

    @abstractmethod
    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Bring the weights back into the allowed set, in place; return how many were corrected, as a scalar tensor."""

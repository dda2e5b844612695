"""Sparse connections, drawn once."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, Memory, hookimpl
from neuroplast.shapes import Weights


class Mask(Constraint):
    """w_ij ← m_ij w_ij, each m_ij 1 with probability `kept` and 0 otherwise, drawn at the start. Counts values.

    Shapes:
        mask: m, of w's shape.

    Source:
        Miconi (2021), arXiv 2107.01729: kept 0.01 in layers 2 and 3 of the pruned networks.
    """

    kind: ClassVar[str] = "mask"
    cuts: ClassVar[bool] = True
    mask = Memory("weights", init=1.0)
    kept: float = Field(gt=0, le=1, description="probability that a synapse exists")

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Draw the mask, and take the other synapses away."""
        drawn = torch.rand(w.shape, generator=context.rng) < self.kept
        context.memory.mask.copy_(drawn)
        self.enforce(w, context)

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Take away what was drawn away."""
        absent = context.memory.mask == 0
        grown = (absent & (w != 0)).sum()
        w.masked_fill_(absent, 0.0)
        return grown


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [Mask]

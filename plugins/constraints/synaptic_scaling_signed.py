"""Synaptic scaling as it was published, by a mean activity that may be negative."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, Memory, hookimpl
from neuroplast.functional import norms, per_neuron
from neuroplast.shapes import Weights


class SynapticScalingSigned(Constraint):
    """w_i ← w_i (1 + rate · (target / (a_i + 1e-6) - 1)), after every change of the weights.

        a_i ← 0.9 a_i + 0.1 · mean over stimuli and positions of v_i, once per step

    The activity is signed: near zero the factor explodes, below zero it shrinks the weights or turns their sign; use
    `synaptic_scaling` (discrepancy N33). Counts neurons.

    Shapes:
        activity: a, (post,), in the unit of the drive, from 0.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded; unused in its results.
    """

    kind: ClassVar[str] = "synaptic_scaling_signed"
    projects: ClassVar[bool] = False
    activity = Memory("post")
    target: float = Field(0.1, description="mean activity to keep, in the drive's unit")
    rate: float = Field(0.001, gt=0, description="relative change at twice the target's activity")

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Nothing: nobody was active yet."""

    def turns_signs(self) -> bool:
        """Below zero activity turns them."""
        return True

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Follow the activity, and scale."""
        view, activity = context.view, context.memory.activity
        if view is None:
            return torch.zeros((), dtype=torch.int64, device=w.device)
        activity.lerp_(view.average(view.v).to(activity.dtype), 0.1)
        factor = 1 + self.rate * (self.target / (activity + 1e-6) - 1)
        w.mul_(per_neuron(factor.to(w.dtype), w))
        return ((factor != 1) & (norms(w) > 0)).sum()


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [SynapticScalingSigned]

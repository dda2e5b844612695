"""Weights that grow while their neuron is too quiet, and shrink while it is too active."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, Memory, hookimpl
from neuroplast.functional import moved, norms, per_neuron
from neuroplast.shapes import Weights


class SynapticScaling(Constraint):
    """w_i ← w_i · clip(1 + rate · (target - a_i), 0.99, 1.01), after every change of the weights.

        a_i ← a_i + (1 - (1 - 1/τ)^stimuli) (mean over stimuli and positions of max(v_i, 0) - a_i)

    Activity is a rate and not negative, and one step changes weights by a hundredth at most, so that they neither
    change sign nor explode. The published form does both: `synaptic_scaling_signed` (discrepancy N33). All weights of
    a neuron are multiplied alike, so their ratios stay. Counts neurons.

    Shapes:
        activity: a, (post,), in the unit r of the drive, from `target`; rate in 1/r.

    Source:
        Turrigiano (2008), Cell 135, 422-435.
    """

    kind: ClassVar[str] = "synaptic_scaling"
    projects: ClassVar[bool] = False
    activity = Memory("post")
    target: float = Field(0.1, gt=0, description="mean activity to keep, in the drive's unit")
    rate: float = Field(0.001, gt=0, description="relative change for a lack of activity of 1")
    time_constant: float = Field(1000.0, ge=1, description="τ of the mean activity, in stimuli")

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Begin at rest."""
        context.memory.activity.fill_(self.target)

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Follow the activity, and scale."""
        view, activity = context.view, context.memory.activity
        if view is None:
            return torch.zeros((), dtype=torch.int64, device=w.device)
        now = view.average(view.v.clamp_min(0)).to(activity.dtype)
        activity.lerp_(now, moved(self.time_constant, len(view.v)))
        factor = (1 + self.rate * (self.target - activity)).clamp(0.99, 1.01)
        w.mul_(per_neuron(factor.to(w.dtype), w))
        return ((factor != 1) & (norms(w) > 0)).sum()


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [SynapticScaling]

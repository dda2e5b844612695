"""Structural plasticity by activity: the weakest synapses go, and as many come where both sides are active."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, Memory, hookimpl
from neuroplast.shapes import Weights


class GrowActive(Constraint):
    """A sparse projection that moves its synapses to where pre- and postsynaptic activity coincide.

    At the start each synapse exists with probability `kept`. Every so many steps the weakest `share` of those that
    exist is taken away, by |w_ij|, and as many of the others come into being, those with the largest

        a_ij = Σ max(g_i, 0) |x_j|        summed over stimuli and positions since the last time

    at weight 0, from which the rule takes them; what is taken away may come back the next time. Counts values that
    became 0.

    Shapes:
        present (1 or 0), activity: of w's shape. steps, pruned, grown: one number each.

    Source:
        Poirazi & Mel (2001), Neuron 29, 779-796, which replaces poor synapses by new ones; here these are chosen by
        activity, not by chance.
    """

    kind: ClassVar[str] = "grow_active"
    projects: ClassVar[bool] = False
    cuts: ClassVar[bool] = True
    present = Memory("weights", init=1.0)
    activity = Memory("weights")
    steps = Memory(on_host=True)
    pruned = Memory()
    grown = Memory()
    kept: float = Field(0.5, gt=0, lt=1, description="share of synapses that exist")
    share: float = Field(0.1, gt=0, lt=1, description="share of those that is replaced")
    every: int = Field(100, ge=1, description="steps from one time to the next")

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Draw which synapses exist."""
        drawn = torch.rand(w.shape, generator=context.rng) < self.kept
        context.memory.present.copy_(drawn)
        w.masked_fill_(context.memory.present == 0, 0.0)

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Keep absent synapses at 0, sum activity, and replace synapses when it is time."""
        memory, view, before = context.memory, context.view, w.clone()
        w.masked_fill_(memory.present == 0, 0.0)
        if view is None:
            return (w != before).sum()
        seen = view.outer(view.g.clamp_min(0), view.x.abs()).tensor()
        memory.activity.add_(seen.to(memory.activity.dtype))
        memory.steps.add_(1)
        if memory.steps >= self.every:
            self._replace(w, context)
        return (w != before).sum()

    def _replace(self, w: Weights, context: ConstraintContext) -> None:
        """Take the weakest away, and let as many grow."""
        memory = context.memory
        there, strength = memory.present.flatten() == 1, w.abs().flatten()
        room = int((~there).sum())
        count = min(int(self.share * int(there.sum())), room)
        weakest = strength.masked_fill(~there, torch.inf).argsort(stable=True)[:count]
        active = memory.activity.flatten().masked_fill(there, -1.0)
        coming = active.argsort(descending=True, stable=True)[:count]
        gone = torch.zeros_like(there).index_fill_(0, weakest, True)
        w.masked_fill_(gone.view(w.shape), 0.0)
        memory.present.view(-1)[weakest] = 0.0
        memory.present.view(-1)[coming] = 1.0
        memory.activity.zero_()
        memory.steps.zero_()
        memory.pruned.add_(count)
        memory.grown.add_(count)


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [GrowActive]

"""Structural plasticity as published: the weakest synapses go, absent ones come back by chance."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, Memory, hookimpl
from neuroplast.shapes import Weights


class PruneRegrow(Constraint):
    """Every so many steps: w_ij ← 0 for the weakest share by |w_ij|, then w_ij ~ N(0, spread²) for some that are 0.

    Each synapse that is 0 grows with probability `regrow`, those just taken away among them. Counts values that
    changed.

    Shapes:
        steps, pruned, grown: one number each: steps since the last time, synapses taken away and grown in all.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded: 10 % and 0.1; unused in its results.
    """

    kind: ClassVar[str] = "prune_regrow"
    projects: ClassVar[bool] = False
    cuts: ClassVar[bool] = True
    steps = Memory(on_host=True)
    pruned = Memory()
    grown = Memory()
    share: float = Field(0.1, ge=0, lt=1, description="share of all synapses that is taken away")
    regrow: float = Field(0.1, ge=0, le=1, description="probability that an absent synapse grows")
    spread: float = Field(1.0, gt=0, description="standard deviation of a grown weight")
    every: int = Field(1, ge=1, description="steps from one time to the next")

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Nothing: all synapses are there."""

    def turns_signs(self) -> bool:
        """What grows has either sign."""
        return self.regrow > 0

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Prune and regrow when it is time."""
        memory = context.memory
        memory.steps.add_(1)
        if memory.steps < self.every:
            return torch.zeros((), dtype=torch.int64, device=w.device)
        memory.steps.zero_()
        weakest = int(self.share * w.numel())
        before, there = w.clone(), w != 0
        if weakest:
            # sorted, not compared, so that of equals no more than the share goes
            order = w.abs().flatten().argsort(stable=True)
            going = torch.zeros_like(order, dtype=torch.bool).index_fill_(0, order[:weakest], True)
            w.masked_fill_(going.view(w.shape), 0.0)
        absent = w == 0
        drawn = (torch.rand(w.shape, generator=context.rng) < self.regrow).to(w.device)
        values = torch.randn(w.shape, generator=context.rng).to(w) * self.spread
        growing = absent & drawn
        w.copy_(torch.where(growing, values, w))
        memory.pruned.add_((there & absent).sum())
        memory.grown.add_(growing.sum())
        return (w != before).sum()


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [PruneRegrow]

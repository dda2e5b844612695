"""Neurons that never win start anew from what the layer sees."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, Memory, View, hookimpl
from neuroplast.functional import norms, per_neuron
from neuroplast.shapes import PerPost, Weights


class Revival(Constraint):
    """A neuron without a win in the last `after` stimuli takes the direction of an input that is present.

        w_i ← |w_i| p / |p|,   p what the neuron sees of one stimulus at one position of the batch, drawn at random

    So it keeps its length, and lies where there are stimuli; one without weights stays without. Counts neurons.

    Shapes:
        silent: stimuli since the last win (g > 0), (post,), from 0.

    Source:
        Starting weights from samples against dead units: Hertz, Krogh & Palmer (1991), Introduction to the Theory of
        Neural Computation, ch. 9.2.
    """

    kind: ClassVar[str] = "revival"
    projects: ClassVar[bool] = False
    silent = Memory("post")
    after: int = Field(1000, ge=1, description="stimuli without a win")

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Nothing: nobody could win yet."""

    def turns_signs(self) -> bool:
        """What an input gives has the signs of the input."""
        return True

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Count the silence, and revive."""
        view, silent = context.view, context.memory.silent
        if view is None:
            return torch.zeros((), dtype=torch.int64, device=w.device)
        silent.copy_(_silence(view, silent))
        dead = silent >= self.after
        if not dead.any():  # looked at on the host, since what follows costs as much as learning
            return dead.sum()
        seen = _one_input_each(view, context.rng)
        length = norms(seen)
        dead &= (length > 0) & (
            norms(w) > 0
        )  # an empty patch is no direction, and nothing has none
        unit = seen * per_neuron(norms(w) / length.clamp_min(1e-30), w)
        w.copy_(torch.where(per_neuron(dead, w), unit, w))
        silent.masked_fill_(dead, 0.0)
        return dead.sum()


def _silence(view: View, before: PerPost) -> PerPost:
    """The stimuli since each neuron's last win, which may be one of this batch."""
    stimuli = len(view.g)
    won = view.geometry.events(view.won).view(len(before), stimuli, -1).any(2)
    last = (won * torch.arange(1, stimuli + 1, device=won.device)).amax(1)
    return torch.where(last > 0, stimuli - last, before + stimuli)


def _one_input_each(view: View, rng: torch.Generator) -> Tensor:
    """What each neuron sees at a moment of its own, drawn at random: of w's shape."""
    numbered = torch.arange(view.g.numel(), device=view.g.device).view(view.g.shape)
    moments = view.geometry.events(numbered)  # (neurons, events)
    drawn = torch.randint(moments.shape[1], (len(moments), 1), generator=rng).to(moments.device)
    chosen = torch.zeros_like(view.g).flatten()
    chosen[moments.gather(1, drawn).flatten()] = 1.0
    return view.outer(chosen.view(view.g.shape)).tensor()


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [Revival]

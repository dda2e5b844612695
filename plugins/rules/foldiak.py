"""Földiák's lateral rule: neurons that are active together more often than by chance come to inhibit each other."""

import torch
from pydantic import Field

from neuroplast import Delta, Rule, View, hookimpl


class Foldiak(Rule):
    """Anti-Hebbian decorrelation for a projection of a layer to itself, with inhibition in negative weights.

        Δw_ik = -Σ (g_i x_k - p²)        summed over stimuli and positions

    In a projection from the layer itself x is the activity of the neighbour k. Where neurons that are each active with
    probability p are active together in a share p² of the stimuli, as if independent, nothing changes on average. The
    source has no weight of a neuron to itself (constraint `no_autapses`) and none above zero (constraint `clip`).

    Shapes:
        g: plasticity activity, (batch, post, *positions), dimensionless; 0 or 1 in the source.
        x: presynaptic activity, (batch, pre, *positions), dimensionless.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape.

    Source:
        Földiák (1990), Biol. Cybernetics 64, 165-170.
    """

    kind = "foldiak"
    uses = {"pre", "post"}
    hint = "lower the rate, or hold the weights at or below zero with a constraint"
    p: float = Field(
        0.125, gt=0, lt=1, description="how often each neuron should be active, as a probability"
    )

    def delta(self, view: View) -> Delta:
        """The weight change, not yet computed."""
        chance = view.outer(torch.full_like(view.g, self.p**2), torch.ones_like(view.x))
        return chance - view.outer(view.g)


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Foldiak]

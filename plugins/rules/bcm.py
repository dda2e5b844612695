"""BCM: a threshold that slides with the neuron's own activity decides between growth and decay."""

import torch
from pydantic import Field

from neuroplast import Delta, Memory, Rule, View, hookimpl
from neuroplast.functional import moved
from neuroplast_plugins.rules.means import above


class Bcm(Rule):
    """The rule of Bienenstock, Cooper and Munro. A neuron becomes selective, since its threshold rises with it.

        Δw_ij = Σ x_j y_i (y_i - θ_i)        summed over stimuli and positions
        θ_i ← running mean of y_i² over stimuli and positions, used before it is updated

    The neuron's activity is y = g: every neuron should take part (competition none on a response that is not negative,
    or any that leaves several active). The threshold must be slower than the set of stimuli and faster than the
    weights: at a rate that is too high for `time_constant` weights run away before the threshold has followed. While
    fewer than `warm_up` stimuli were seen nothing is learned, and θ is the plain mean of y² so far.

    Shapes:
        g: the neuron's activity y, (batch, post, *positions), dimensionless: y is compared with the mean of y².
        x: presynaptic activity, (batch, pre, *positions), dimensionless.
        w: weights, (post, pre, *kernel). The change has w's shape.
        theta: θ, (post,), from 0. seen: stimuli so far, one number.

    Source:
        Bienenstock, Cooper & Munro (1982), J. Neuroscience 2, 32-48; the threshold as the mean of y² Intrator & Cooper
        (1992), Neural Networks 5, 3-17. The correct version beside the published `bcm_batch_threshold`
        (discrepancy N14).
    """

    kind = "bcm"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    hint = "lower the rate, shorten time_constant, or let the threshold settle first with warm_up"
    time_constant: float = Field(1000.0, ge=1, description="of the threshold, in stimuli")
    warm_up: int = Field(
        0,
        ge=0,
        le=2**24,
        description="stimuli for which only the threshold learns, from their mean y²",
    )
    theta = Memory("post")
    seen = Memory()

    def delta(self, view: View) -> Delta:
        """The weight change by the threshold from before this step, not yet computed."""
        y, theta, seen, stimuli = view.g, view.memory.theta, view.memory.seen, len(view.g)
        warm = seen >= self.warm_up
        change = view.outer(y * above(y, theta) * warm)
        share = torch.where(warm, moved(self.time_constant, stimuli), stimuli / (seen + stimuli))
        theta.lerp_(view.average(y * y), share)
        seen += stimuli
        return change


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Bcm]

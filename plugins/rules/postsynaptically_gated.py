"""Hebbian growth gated by the postsynaptic side: inputs above their mean gain, below it lose."""

from pydantic import Field

from neuroplast import Delta, Memory, Rule, View, hookimpl
from neuroplast.functional import average
from neuroplast_plugins.rules.means import above, move


class PostsynapticallyGated(Rule):
    """Where a neuron is active, inputs above their mean activity gain, and inputs below it lose.

        Δw_ij = Σ g_i (x_j - m_j)        summed over stimuli and positions
        m_j ← running mean of x_j over stimuli and positions, used before it is updated

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r, padded: what was padded counts as input.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².
        pre_mean: m, (pre,), in r, from 0: one value per input of a dense layer, per channel of a convolution.

    Source:
        Gerstner & Kistler (2002), Spiking Neuron Models, section 10.2.
    """

    kind = "postsynaptically_gated"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    hint = "bound the weights with a constraint such as unit norm, or lower the rate"
    time_constant: float = Field(1000.0, ge=1, description="of the running mean, in stimuli")
    pre_mean = Memory("pre")

    def delta(self, view: View) -> Delta:
        """The weight change by the mean from before this step, not yet computed."""
        change = view.outer(view.g, above(view.x, view.memory.pre_mean))
        move(view.memory.pre_mean, average(view.x), self.time_constant, len(view.x))
        return change


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [PostsynapticallyGated]

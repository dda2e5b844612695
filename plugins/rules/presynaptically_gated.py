"""Hebbian growth gated by the presynaptic side: the neuron above its mean gains, below it loses."""

from pydantic import Field

from neuroplast import Delta, Memory, Rule, View, hookimpl
from neuroplast_plugins.rules.means import above, move


class PresynapticallyGated(Rule):
    """Where an input is active, neurons above their mean activity gain, and neurons below it lose.

        Δw_ij = Σ x_j (g_i - m_i)        summed over stimuli and positions
        m_i ← running mean of g_i over stimuli and positions, used before it is updated

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².
        post_mean: m, (post,), in r, from 0.

    Source:
        Gerstner & Kistler (2002), Spiking Neuron Models, section 10.2.
    """

    kind = "presynaptically_gated"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    hint = "bound the weights with a constraint such as unit norm, or lower the rate"
    time_constant: float = Field(1000.0, ge=1, description="of the running mean, in stimuli")
    post_mean = Memory("post")

    def delta(self, view: View) -> Delta:
        """The weight change by the mean from before this step, not yet computed."""
        change = view.outer(above(view.g, view.memory.post_mean))
        move(view.memory.post_mean, view.average(view.g), self.time_constant, len(view.g))
        return change


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [PresynapticallyGated]

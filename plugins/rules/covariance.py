"""The covariance rule: what fluctuates together wires together."""

from pydantic import Field

from neuroplast import Delta, Memory, Rule, View, hookimpl
from neuroplast.functional import average
from neuroplast_plugins.rules.means import above, move


class Covariance(Rule):
    """The covariance rule. Weights grow with the covariance of both sides; independent activity teaches nothing.

        Δw_ij = Σ (x_j - m_j) (g_i - n_i)        summed over stimuli and positions
        m_j, n_i ← running means of x_j and g_i over stimuli and positions, used before they are updated

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r, padded: what was padded counts as input.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².
        pre_mean, post_mean: m, (pre,), one value per input or input channel, and n, (post,), in r, from 0.

    Source:
        Sejnowski (1977), J. Mathematical Biology 4, 303-321.
    """

    kind = "covariance"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    hint = "bound the weights with a constraint such as unit norm, or lower the rate"
    time_constant: float = Field(1000.0, ge=1, description="of both running means, in stimuli")
    pre_mean = Memory("pre")
    post_mean = Memory("post")

    def delta(self, view: View) -> Delta:
        """The weight change by the means from before this step, not yet computed."""
        memory = view.memory
        change = view.outer(above(view.g, memory.post_mean), above(view.x, memory.pre_mean))
        move(memory.pre_mean, average(view.x), self.time_constant, len(view.x))
        move(memory.post_mean, view.average(view.g), self.time_constant, len(view.g))
        return change


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Covariance]

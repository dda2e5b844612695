"""BCM with the published threshold: that of the batch itself, averaged over silent positions too."""

from pydantic import Field

from neuroplast import Delta, Memory, Rule, View, hookimpl
from neuroplast_plugins.rules.means import above


class BcmBatchThreshold(Rule):
    """BCM as published for convolutions: the threshold follows the batch at once, before it is used.

        θ_i ← ρ θ_i + (1 - ρ) (mean of g_i² over the batch and its positions)
        Δw_ij = Σ x_j g_i (g_i - θ_i)        summed over stimuli and positions

    It differs from `bcm` in three ways. θ contains the activity that it judges, so that stimuli of a batch depend on
    each other; it moves by 1 - ρ per batch, whatever the batch's size; and it averages over positions that the neuron
    did not win, whose g is 0. A neuron that wins a share π of them with activity r has θ → π r², so with one winner
    among K, θ is about r² / K: nearly all of Δ is Σ x r², with hardly any depression.

    Shapes:
        g: plasticity activity, (batch, post, *positions), dimensionless; published with hard winners' drives.
        x: presynaptic activity, (batch, pre, *positions), dimensionless.
        w: weights, (post, pre, *kernel). The change has w's shape.
        theta: θ, (post,), from 1.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, and its code (discrepancy N14).
    """

    kind = "bcm_batch_threshold"
    uses = {"pre", "post", "layer"}
    couples_batch = True
    hint = "scale changes by their largest entry, as published, or lower the rate"
    retention: float = Field(
        0.5, ge=0, lt=1, description="ρ, the share of the threshold that a batch leaves as it was"
    )
    theta = Memory("post", init=1.0)

    def delta(self, view: View) -> Delta:
        """The weight change by the threshold that this batch has moved, not yet computed."""
        g, theta = view.g, view.memory.theta
        theta.lerp_(view.average(g * g), 1.0 - self.retention)
        return view.outer(g * above(g, theta))


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [BcmBatchThreshold]

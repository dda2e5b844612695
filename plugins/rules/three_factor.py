"""Three-factor learning: an eligibility trace remembers what a later signal turns into change."""

from pydantic import Field

from neuroplast import Delta, Fit, Memory, Rule, View, hookimpl
from neuroplast_plugins.rules.third_factor import must_be_there, of_each


class ThreeFactor(Rule):
    """Hebbian coincidences leave a trace in the synapse; a third factor M, such as reward, turns it into a change.

        Δw_ij = Σ_b M_b (Σ g_i x_j)_b + (mean_b M_b) λ e_ij        b: stimuli; the inner sum over positions
        e_ij ← λ e_ij + Σ_b (Σ g_i x_j)_b

    For a batch of one this is Δw = M e with the trace just updated. In a larger batch each stimulus has its own M, and
    what the trace carries from the steps before is weighted by their mean. The trace decays once a step, so λ is meant
    for one size of batches.

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        M: the signal, (batch,) or (batch, post), dimensionless; often of both signs.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².
        e: the trace, of w's shape, in r², from 0.

    Source:
        Frémaux & Gerstner (2016), Frontiers in Neural Circuits 9, 85.

    Raises:
        ConfigurationError: where the layer names no such signal.
    """

    kind = "three_factor"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    couples_batch = True
    hint = "bound the weights with a constraint such as unit norm, or lower the rate"
    signal: str = Field("reward", min_length=1, description="name of the third factor M")
    retention: float = Field(
        0.9, ge=0, lt=1, description="λ, the share of the trace that is left after a step"
    )
    e = Memory("weights")

    @property
    def reads(self) -> frozenset[str]:
        """What it uses, and the signal that it is told to read."""
        return frozenset({*self.uses, self.signal})

    def check(self, fit: Fit) -> None:
        """Refuse a layer without the signal."""
        must_be_there(fit, self.kind, self.signal)

    def delta(self, view: View) -> Delta:
        """The weight change, not yet computed."""
        factor, trace = of_each(view, self.signal), view.memory.e
        carried = trace * self.retention
        mean = view.average(factor.expand_as(view.g))
        change = view.outer(view.g * factor) + view.known(carried) * mean
        trace.copy_(carried)
        view.outer(view.g).add_to(trace)
        return change


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [ThreeFactor]

"""BCM without the sliding: growth above a threshold that stays where it is, decay below it."""

from pydantic import Field

from neuroplast import Delta, Rule, View, hookimpl


class BcmFixedThreshold(Rule):
    """The rule of Bienenstock, Cooper and Munro with a fixed threshold: the control for the one that slides.

        Δw_ij = Σ x_j y_i (y_i - θ)        summed over stimuli and positions, θ the same for all neurons

    Nothing holds it: a response above θ grows without end, one below it fades to silence. So a neuron that answers
    several stimuli above θ learns all of them, and one that answers none of them forgets all.

    Shapes:
        g: the neuron's activity y, (batch, post, *positions), in any unit r; θ in r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel). The change has w's shape.

    Source:
        Bienenstock, Cooper & Munro (1982), J. Neuroscience 2, 32-48, who let the threshold slide because a fixed one,
        as in Cooper, Liberman & Oja (1979), Biol. Cybernetics 33, 9-28, holds neither growth nor decay.
    """

    kind = "bcm_fixed_threshold"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    hint = "use bcm, whose threshold slides, or hold the weights with a constraint"
    threshold: float = Field(1.0, ge=0, description="θ, the activity above which weights grow")

    def delta(self, view: View) -> Delta:
        """The weight change, not yet computed."""
        return view.outer(view.g * (view.g - self.threshold))


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [BcmFixedThreshold]

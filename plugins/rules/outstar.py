"""Grossberg's outstar: the weights of an active input move towards the activity of the neurons it reaches."""

from neuroplast import Delta, Rule, View, hookimpl


class Outstar(Rule):
    """The outstar rule. An input that alone is active comes to recall the mean response that went with it.

        Δw_ij = Σ x_j (g_i - w_ij)        summed over stimuli and positions

    The decay goes by the presynaptic side: where the instar of a neuron learns what drives it, the outstar of an input
    learns what it should drive. An input that is negative more than positive makes weights grow.

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Grossberg (1969), J. Statistical Physics 1, 319-350.
    """

    kind = "outstar"
    uses = {"pre", "post", "weight"}
    bounded = False
    companion = "unit_norm"
    hint = "give it inputs that are not negative, or bound the weights with a constraint such as unit norm"

    def delta(self, view: View) -> Delta:
        """The outstar's weight change, not yet computed."""
        return view.outer(view.g) - view.gate(1.0)


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Outstar]

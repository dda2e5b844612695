"""Grossberg's instar: the weights of an active neuron move towards its input."""

from neuroplast import Delta, Rule, View, hookimpl
from neuroplast.functional import half_square
from neuroplast.shapes import Post, Weights


class Instar(Rule):
    """The instar rule. A neuron that alone is active comes to hold the mean of its inputs, weighted by activity.

        Δw_ij = Σ g_i (x_j - w_ij)        summed over stimuli and positions

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Grossberg (1976), Biol. Cybernetics 23, 121-134.
    """

    kind = "instar"
    uses = {"pre", "post", "weight"}

    def delta(self, view: View) -> Delta:
        """The instar's weight change, not yet computed."""
        return view.outer(view.g) - view.decay(view.g)

    def surrogate(self, u: Post, w: Weights, g: Post) -> Post:
        """y_s = u - ½ |w|², after Miconi (2021), arXiv 2107.01729."""
        return u - half_square(w, u)


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Instar]

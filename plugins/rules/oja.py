"""Oja's rule: Hebbian growth, with a decay that holds each weight vector near unit length."""

from neuroplast import Delta, Rule, View, hookimpl
from neuroplast.functional import half_square
from neuroplast.shapes import Post, Weights


class Oja(Rule):
    """Oja's rule. One linear neuron finds the first principal component of its input.

        Δw_ij = Σ g_i x_j - g_i² w_ij        summed over stimuli and positions

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Oja (1982), J. Math. Biol. 15, 267-273.
    """

    kind = "oja"
    uses = {"pre", "post", "weight"}

    def delta(self, view: View) -> Delta:
        """Oja's weight change, not yet computed."""
        return view.outer(view.g) - view.decay(view.g * view.g)

    def surrogate(self, u: Post, w: Weights, g: Post) -> Post:
        """y_s = u - ½ |w|² g, after Miconi (2021), arXiv 2107.01729."""
        return u - half_square(w, u) * g


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Oja]

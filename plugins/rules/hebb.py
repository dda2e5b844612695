"""Plain Hebbian growth: what fires together wires together."""

from neuroplast import Delta, Rule, View, hookimpl
from neuroplast.shapes import Post, Weights


class Hebb(Rule):
    """Hebb's rule. Weights grow without bound, so it needs a constraint such as unit norm.

        Δw_ij = Σ g_i x_j        summed over stimuli and positions

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Hebb (1949), The Organization of Behavior; as an equation Gerstner & Kistler (2002), Spiking Neuron
        Models, chapter 10.
    """

    kind = "hebb"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"
    hint = "bound the weights with a constraint such as unit norm, or lower the rate"

    def delta(self, view: View) -> Delta:
        """Hebb's weight change, not yet computed."""
        return view.outer(view.g)

    def surrogate(self, u: Post, w: Weights, g: Post) -> Post:
        """y_s = u, after Miconi (2021), arXiv 2107.01729."""
        return u


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Hebb]

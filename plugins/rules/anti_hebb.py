"""Anti-Hebbian learning: what fires together comes apart."""

from neuroplast import Delta, Rule, View, hookimpl
from neuroplast.shapes import Post, Weights


class AntiHebb(Rule):
    """Hebb's rule with the opposite sign. A neuron comes to ignore the inputs that it was active with.

        Δw_ij = -Σ g_i x_j        summed over stimuli and positions

    A winner's weights stay in bounds: with g = max(v, 0), w·Δw = -Σ g v, which is never positive. With a g of the
    other sign they would grow.

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Barlow & Földiák (1989), in The Computing Neuron (eds Durbin, Miall & Mitchison), 54-72.
    """

    kind = "anti_hebb"
    uses = {"pre", "post"}
    hint = "lower the rate: a step larger than the distance to silence grows instead of shrinking"

    def delta(self, view: View) -> Delta:
        """The weight change, not yet computed."""
        return -view.outer(view.g)

    def surrogate(self, u: Post, w: Weights, g: Post) -> Post:
        """y_s = -u, the opposite of Hebb's."""
        return -u


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [AntiHebb]

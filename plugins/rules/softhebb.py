"""SoftHebb: competitive Hebbian growth, with a decay by activity and drive."""

from neuroplast import Delta, Rule, View, hookimpl


class SoftHebb(Rule):
    """The SoftHebb rule. With a softmax competition the weight vectors come to unit length.

        Δw_ij = Σ g_i (x_j - v_i w_ij)        summed over stimuli and positions

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r.
        v: drive after dynamics, (batch, post, *positions), in r; the source's u, where nothing integrates.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Moraitis et al. (2022), Neuromorph. Comput. Eng. 2, 044017; for convolutions Journé et al. (2023), ICLR,
        arXiv 2209.11883.
    """

    kind = "softhebb"
    uses = {"pre", "post", "weight"}
    hint = "lower the rate, or raise the initial radius above 1 so that norms fall towards 1"

    def delta(self, view: View) -> Delta:
        """SoftHebb's weight change, not yet computed."""
        return view.outer(view.g) - view.decay(view.g * view.v)


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [SoftHebb]

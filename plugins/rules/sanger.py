"""Sanger's rule: neurons in an order, each learning what those before it have left over."""

import torch
from torch import Tensor

from neuroplast import Delta, Fit, Refusal, Rule, View, hookimpl

_CUTTING = ("mask", "no_autapses", "prune_regrow", "grow_active")
"""Constraints that leave neurons with different synapses."""


class Sanger(Rule):
    """The generalised Hebbian algorithm. Linear neurons come to the principal components, the largest first.

        Δw_ij = Σ g_i (x_j - Σ_k≤i g_k w_kj)        summed over stimuli and positions

    The inner sum is the input as the neurons up to i, in the order of their index, can rebuild it; so the first neuron
    follows Oja's rule. It runs over neurons that see the same inputs: where the geometry has groups, those of one
    group, and where positions do not share weights, those of one position.

    Shapes:
        g: plasticity activity, (batch, post, *positions), in any unit r; the response itself where nobody competes.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r².

    Source:
        Sanger (1989), Neural Networks 2, 459-473; as `hpca`, averaged over the patches of a convolution, Lagani et al.
        (2021), arXiv 2103.09002.

    Raises:
        Refusal: where a constraint takes synapses away. What an earlier neuron rebuilds through a synapse that a later
            one lacks cannot be subtracted from it, so the order is cut and the components are lost.
    """

    kind = "sanger"
    aliases = ("gha", "hpca")
    uses = {"pre", "post", "weight", "layer"}
    ordered = True
    hint = "lower the rate: it must be well under 2 over the largest eigenvalue of the inputs' correlation"

    def check(self, fit: Fit) -> None:
        """Refuse constraints under which neurons do not share their synapses."""
        kinds = [c.kind for c in fit.projection.constraints] if fit.projection else []
        for kind in kinds:
            if kind in _CUTTING:
                raise Refusal(
                    "order_cut_by_missing_synapses",
                    f"sanger: constraint {kind!r} leaves neurons with different synapses, and each learns from what "
                    "those before it rebuild through the same ones; leave the constraint out, or use oja",
                )

    def delta(self, view: View) -> Delta:
        """Sanger's weight change, not yet computed."""
        together = view.correlate(view.g, view.g).tril()
        return view.outer(view.g) - view.mix(together * _same_inputs(view))


def _same_inputs(view: View) -> Tensor:
    """Which neurons see the same inputs: (post, post), bool. Their rows of w stand group by group."""
    neurons = len(view.w)
    groups = view.x.shape[1] // view.w.shape[1] * (neurons // view.g.shape[1])
    group = torch.arange(neurons, device=view.g.device) * groups // neurons
    return group[:, None] == group


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [Sanger]

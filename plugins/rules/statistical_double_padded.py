"""The published statistical mode in one piece, with its second padding."""

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import Delta, Fit, Refusal, Rule, View, hookimpl
from neuroplast.functional import first_largest, norms, per_neuron, total
from neuroplast.shapes import Post, Pre, Shape, Weights
from neuroplast_plugins.competitions.outcomes import check_outstanding


class StatisticalDoublePadded(Rule):
    """Neurons above mean and deviations of a position compete, on an input that is padded once too often.

        q = conv(pad x, w) / (|w| + 1e-10)        x, padded already, is padded again, with p zeros on each side
        z = q where q > mean + d · s.d. over the neurons of a position, else 0        s.d. with n - 1
        r = z · (z where it is the largest of its position, else 0)        so z² at the winner
        Δw_ocij = Σ r_o[h, v] x_c[h, v] - (Σ r_o) w_ocij        the same Hebbian term for all i, j of the kernel

    With p = (kernel - 1) / 2 the map q is as large as the padded x, so the correlation of x with r has one entry per
    input channel, which broadcasting spreads over the kernel: kernels lose their shape and keep their colour. Without a
    second padding, p = 0, the correlation is the full kernel's. Published for odd kernels without stride; elsewhere,
    too, the Hebbian term is the correlation at no shift. The rule does its own competing: g, u and v are not read. The
    cosine is not one, since the patch's norm is missing. Beside it stand the competitions `statistical_squared`, which
    squares but does not pad, and `statistical`.

    Shapes:
        x: presynaptic activity, (batch, pre, *positions), in any unit r.
        w: effective weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r³.
        q, z: in r; r: in r²; (batch, post, *positions of the twice padded input).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, and its code (discrepancy N8; discrepancy N9;
        discrepancy N10).

    Raises:
        Refusal: where each position has weights of its own, and so none at the positions that padding adds; with no
            more neurons than that d deviations can never be reached: 2 needs 6.
    """

    kind = "statistical_double_padded"
    uses = {"pre", "weight", "neuron", "layer"}
    hint = "scale changes by their largest entry, as published"
    deviations: float = Field(
        2.0, description="d, how many standard deviations above the mean a neuron must be"
    )
    padding: int | None = Field(
        None,
        ge=0,
        description="p, pixels of the second padding; (kernel - 1) / 2 unless given, 0 for none",
    )

    def check(self, fit: Fit) -> None:
        """Refuse a second padding where each position has weights of its own, and a threshold nobody can be above."""
        check_outstanding(self.kind, fit.response_shape[0], self.deviations)
        shape, positions = fit.weight_shape, fit.response_shape[1:]
        if shape and shape[0] != fit.response_shape[0] and self._pixels(shape):
            raise Refusal(
                "positions_without_weights",
                f"statistical_double_padded: padded again, the input has more positions than the {positions} that "
                "have weights of their own; set padding = 0, or use a convolution",
            )

    def delta(self, view: View) -> Delta:
        """The weight change."""
        p = self._pixels(tuple(view.w.shape))
        again = F.pad(view.x, (p, p, p, p)) if p else view.x
        r = self._squared(view.geometry.drive(again, view.w_e), view.w_e)
        if p == 0:
            return view.outer(r) - view.decay(r)
        return view.known(_unshifted(view, r, p) - per_neuron(total(r), view.w) * view.w_e)

    def _pixels(self, weight_shape: Shape) -> int:
        """The second padding on each side; none where there is no kernel."""
        if len(weight_shape) < 4:
            return 0
        return (weight_shape[-1] - 1) // 2 if self.padding is None else self.padding

    def _squared(self, drive: Post, w: Weights) -> Post:
        """r: the squared similarity of the winner of each position, where it is above the threshold."""
        q = drive / per_neuron(norms(w) + 1e-10, drive[0])
        mean = q.mean(1, keepdim=True)
        spread = ((q - mean).square().sum(1, keepdim=True) / max(q.shape[1] - 1, 1)).sqrt()
        z = torch.where(q > mean + self.deviations * spread, q, 0.0)
        return z * torch.where(first_largest(z, 1), z, 0.0)


def _unshifted(view: View, r: Post, p: int) -> Tensor:
    """Σ r[h, v] x[h, v] for each neuron and input channel, spread over the kernel.

    The first entry of the kernel of an outer product is that at no shift; x needs room for the others beside it.
    """
    roomy: Pre = F.pad(view.x, (0, 2 * p, 0, 2 * p))
    return view.geometry.outer(r, roomy, view.w)[..., :1, :1].expand_as(view.w)


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [StatisticalDoublePadded]

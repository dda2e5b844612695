"""Presynaptic competition as published: the weaker a synapse, the larger its share."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Effective, Fit, hookimpl
from neuroplast.shapes import Weights
from neuroplast_plugins.effectives.shares import Axis, Form, refuse_without_rivals, shares


class PresynapticInverse(Effective):
    """Presynaptic competition as published, in which the weakest synapses get the largest share.

        w_e = share(m),   m = 1 / (|w| + 1e-6)
        linear: m / (Σ m + 1e-6)      softmax: e^m / Σ e^m      l2: m / max(sqrt(Σ m²), 1e-12)

    It differs from `presynaptic` twice. Shares go by 1 / |w|, against the thesis's text: of two synapses of 1 and 3 the
    linear form gives 3/4 to the weaker, where |w| gives it 1/4. And all are positive, whatever the sign of w. The
    published 66.5 % are axis = "input" with the softmax, which here is the default; axes are those of `presynaptic`.

    Shapes:
        w, w_e: (post, pre, *kernel), dimensionless. w_e is from 0 to 1.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, as coded (discrepancy N13).

    Raises:
        Refusal: where no synapse has a rival along the axis, or rivals along "output" see other inputs.
    """

    kind: ClassVar[str] = "presynaptic_inverse"
    keeps_signs: ClassVar[bool] = False
    axis: Axis = Field("input", description="which synapses share one strength")
    form: Form = Field("softmax", description="how a strength becomes a share")

    def check(self, fit: Fit) -> None:
        """Refuse weights without rivals."""
        refuse_without_rivals(self.kind, self.axis, fit)

    def effective(self, w: Weights) -> Weights:
        """The share of each, by the inverse of its size."""
        return shares((w.abs() + 1e-6).reciprocal(), self.axis, self.form)


@hookimpl
def effectives() -> list[type[Effective]]:
    """Provide the effective."""
    return [PresynapticInverse]

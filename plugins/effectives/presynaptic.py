"""Synapses that compete for a presynaptic resource, the stronger for the larger share."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Effective, Fit, hookimpl
from neuroplast.shapes import Weights
from neuroplast_plugins.effectives.shares import Axis, Form, refuse_without_rivals, shares


class Presynaptic(Effective):
    """Presynaptic competition: a synapse acts by its share of a strength that several have in common.

        w_e = sign(w) · share(m),   m = |w|
        linear: m / (Σ m + 1e-6)      softmax: e^m / Σ e^m      l2: m / max(sqrt(Σ m²), 1e-12)

    Σ runs, by `axis`, over the neurons that one input reaches ("output"), the inputs of one neuron at one place of its
    kernel ("input"), the places of one kernel ("spatial"), or the whole layer ("global"). The strongest synapse has the
    largest share, and every synapse keeps its sign; one of exactly zero stays zero.

    Shapes:
        w, w_e: (post, pre, *kernel), dimensionless. |w_e| is from 0 to 1.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, by its text; its code has 1 / |w| for m and loses
        the sign, which is `presynaptic_inverse` (discrepancy N13). The constants are the code's.

    Raises:
        Refusal: where no synapse has a rival along the axis, or rivals along "output" see other inputs.
    """

    kind: ClassVar[str] = "presynaptic"
    axis: Axis = Field("output", description="which synapses share one strength")
    form: Form = Field("linear", description="how a strength becomes a share")

    def check(self, fit: Fit) -> None:
        """Refuse weights without rivals."""
        refuse_without_rivals(self.kind, self.axis, fit)

    def effective(self, w: Weights) -> Weights:
        """The share of each, with its sign."""
        return shares(w.abs(), self.axis, self.form).mul_(w.sign())


@hookimpl
def effectives() -> list[type[Effective]]:
    """Provide the effective."""
    return [Presynaptic]

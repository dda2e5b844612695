"""Weight vectors of unit length."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, hookimpl
from neuroplast.functional import norms, per_neuron
from neuroplast.shapes import Weights


class UnitNorm(Constraint):
    """w_i ← w_i / (|w_i| + 1e-10), |w_i| = (Σ_j |w_ij|^p)^(1/p) the p-norm of a neuron's incoming weights.

    Every neuron whose norm was off by more than 1e-6 counts as corrected; one without weights stays at zero, and
    does not count.
    """

    kind: ClassVar[str] = "unit_norm"
    p: float = Field(2.0, ge=1, description="2: Euclidean; 1: the sum of magnitudes")

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Divide each neuron's weights by their norm."""
        length = norms(w, self.p)
        w.div_(per_neuron(length + 1e-10, w))
        return (((length - 1).abs() > 1e-6) & (length > 0)).sum()


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [UnitNorm]

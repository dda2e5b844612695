"""Weights that are not negative."""

from typing import ClassVar, Literal

from pydantic import Field
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, hookimpl
from neuroplast.shapes import Weights


class NonNegative(Constraint):
    """w ← max(w, 0), or w ← |w|. Counts values that were negative.

    Published as Dale's principle, which it is for excitatory neurons alone, and of weights alone: inputs that are
    whitened or centred make excitation act as inhibition (discrepancy N22). Excitatory and inhibitory populations have
    `dale`.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London: |w + Δw| as coded, max as its alternative.
    """

    kind: ClassVar[str] = "non_negative"
    aliases: ClassVar[tuple[str, ...]] = ("excitatory_only",)
    form: Literal["relu", "abs"] = Field(
        "relu", description="whether negative weights become 0, or change sign"
    )

    def turns_signs(self) -> bool:
        """Where it takes magnitudes."""
        return self.form == "abs"

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Leave no negative weight."""
        negative = (w < 0).sum()
        if self.form == "relu":
            w.clamp_(min=0)
        else:
            w.abs_()
        return negative


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [NonNegative]

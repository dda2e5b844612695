"""Weights between two bounds."""

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from torch import Tensor

from neuroplast import Constraint, ConstraintContext, hookimpl
from neuroplast.shapes import Weights


class Clip(Constraint):
    """low <= w_ij <= high: what lies beyond a bound is set to it. Counts values.

    For inhibition alone set high to 0.
    """

    kind: ClassVar[str] = "clip"
    low: float | None = Field(None, description="smallest weight; none by default")
    high: float | None = Field(None, description="largest weight; none by default")

    @model_validator(mode="after")
    def _bounds(self) -> "Clip":
        if self.low is None and self.high is None:
            raise PydanticCustomError("forms", "has neither low nor high; give one bound or both")
        if self.low is not None and self.high is not None and self.low > self.high:
            found = f"has low {self.low:g} above high {self.high:g}"
            raise PydanticCustomError("forms", f"{found}; exchange them")
        return self

    def turns_signs(self) -> bool:
        """Where 0 is beyond a bound."""
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Set what lies beyond a bound to the bound."""
        before = w.clone()
        w.clamp_(self.low, self.high)
        return (w != before).sum()


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [Clip]

"""A learning rate that stays."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Progress, Rate, View, hookimpl


class Constant(Rate):
    """η = eta at every step."""

    kind: ClassVar[str] = "constant"
    parameter_aliases = {"lr": "eta"}
    eta: float = Field(gt=0, description="η, in units that make η Δ a weight")

    def at(self, view: View, progress: Progress) -> float:
        """The rate."""
        return self.eta


@hookimpl
def rates() -> list[type[Rate]]:
    """Provide the rate."""
    return [Constant]

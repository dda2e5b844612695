"""A learning rate that falls by the same share each step or epoch."""

from math import exp
from typing import ClassVar, Literal

from pydantic import Field

from neuroplast import Progress, Rate, View, hookimpl


class Exponential(Rate):
    """η = eta · e^(-t / time_constant), t the step or epoch of the phase, from 0."""

    kind: ClassVar[str] = "exponential"
    parameter_aliases = {"lr": "eta"}
    eta: float = Field(gt=0, description="η at the start")
    time_constant: float = Field(gt=0, description="steps or epochs in which it falls to 1 / e")
    by: Literal["step", "epoch"] = Field("step", description="what t counts")

    def at(self, view: View, progress: Progress) -> float:
        """The rate."""
        t = progress.step if self.by == "step" else progress.epoch
        return self.eta * exp(-t / self.time_constant)


@hookimpl
def rates() -> list[type[Rate]]:
    """Provide the rate."""
    return [Exponential]

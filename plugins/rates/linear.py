"""A learning rate that falls in a line to zero."""

from typing import ClassVar, Literal

from pydantic import Field

from neuroplast import Progress, Rate, View, hookimpl


class Linear(Rate):
    """η = eta · (1 - t / T), t the step or epoch of the phase, from 0, and T their number.

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731 (by epoch).
    """

    kind: ClassVar[str] = "linear"
    aliases: ClassVar[tuple[str, ...]] = ("linear_decay",)
    parameter_aliases = {"lr": "eta"}
    eta: float = Field(1.0, gt=0, description="η at the start")
    by: Literal["step", "epoch"] = Field("step", description="what t counts")

    def at(self, view: View, progress: Progress) -> float:
        """The rate, less by an equal amount each step or epoch."""
        done, whole = (
            (progress.step, progress.steps)
            if self.by == "step"
            else (progress.epoch, progress.epochs)
        )
        return self.eta * (1 - done / whole)


@hookimpl
def rates() -> list[type[Rate]]:
    """Provide the rate."""
    return [Linear]

"""A learning rate that falls in steps."""

from typing import ClassVar, Literal

from pydantic import Field

from neuroplast import Progress, Rate, View, hookimpl


class Halving(Rate):
    """η = eta · factor^m, m = floor((t - start) / every) and at least 0, t the epoch or step of the phase, from 0.

    It is eta up to and with t = start, and falls first at t = start + every. Rates that are halved at epochs 30, 32,
    34, ... have start = 28 and every = 2.

    Source:
        Amato et al. (2019), "Hebbian Learning Meets Deep Convolutional Neural Networks" (start 9, every 1), and
        Lagani's released code (start 28, every 2).
    """

    kind: ClassVar[str] = "halving"
    parameter_aliases = {"lr": "eta"}
    eta: float = Field(gt=0, description="η at the start")
    factor: float = Field(0.5, gt=0, le=1, description="what η is multiplied by each time")
    every: int = Field(1, ge=1, description="epochs or steps from one fall to the next")
    start: int = Field(0, ge=0, description="epoch or step from which they are counted")
    by: Literal["step", "epoch"] = Field("epoch", description="what t counts")

    def at(self, view: View, progress: Progress) -> float:
        """The rate."""
        t = progress.step if self.by == "step" else progress.epoch
        return self.eta * self.factor ** max(0, (t - self.start) // self.every)


@hookimpl
def rates() -> list[type[Rate]]:
    """Provide the rate."""
    return [Halving]

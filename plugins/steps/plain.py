"""The scaled change is added, and nothing else."""

from typing import ClassVar

from torch import Tensor

from neuroplast import Delta, State, Step, hookimpl
from neuroplast.shapes import Weights


class Plain(Step):
    """w ← w + η Δ."""

    kind: ClassVar[str] = "plain"
    default: ClassVar[bool] = True

    def apply(self, w: Weights, delta: Delta, eta: float | Tensor, memory: State) -> None:
        """Add in place; rate, scaling and decay fold into few passes."""
        (delta * eta).add_to(w)


@hookimpl
def steps() -> list[type[Step]]:
    """Provide the step."""
    return [Plain]

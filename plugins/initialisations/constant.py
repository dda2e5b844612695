"""The same weight everywhere."""

from collections.abc import Callable
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class Constant(Initialisation):
    """w_ij = value.

    All neurons start alike, so ties go to the first of them: of use for lateral weights that start at 0, and where
    there is no competition.

    Source:
        Földiák (1990), Biol. Cybern. 64, 165-170: lateral weights start at 0.
    """

    kind: ClassVar[str] = "constant"
    value: float = Field(description="every weight")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Equal weights."""
        return torch.full(shape, self.value)


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [Constant]

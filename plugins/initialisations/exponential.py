"""Exponentially distributed weights."""

from collections.abc import Callable
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class Exponential(Initialisation):
    """w_ij ~ Exp, with density e^(-w / mean) / mean: none is negative, most are small, a few are large.

    Source:
        Cornford et al. (2021), ICLR, "Learning to live with Dale's principle", for layers of one sign.
    """

    kind: ClassVar[str] = "exponential"
    mean: float = Field(gt=0, description="mean weight, which is their standard deviation too")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Independent exponential weights."""
        return torch.empty(shape).exponential_(1 / self.mean, generator=rng)


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [Exponential]

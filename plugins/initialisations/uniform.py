"""Uniformly distributed weights, by the radius of their vectors."""

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class Uniform(Initialisation):
    """w_ij ~ U(-a, a), or U(0, a) where positive, with a = R sqrt(3 / N), N the fan-in, so that |w_i| is about R.

    R = sqrt(2) is He's initialisation for rectified neurons.

    Source:
        Journé et al. (2023), arXiv 2209.11883, as coded for layers without batch norm (positive).
    """

    kind: ClassVar[str] = "uniform"
    radius: float = Field(1.0, gt=0, description="R, the expected norm of a neuron's weights")
    positive: bool = Field(False, description="whether all weights are positive")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Independent uniform weights."""
        bound = self.radius * sqrt(3 / fan_in)
        return torch.empty(shape).uniform_(0.0 if self.positive else -bound, bound, generator=rng)


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [Uniform]

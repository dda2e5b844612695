"""Absolute values of normally distributed weights, by the radius of their vectors."""

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class PositiveNormal(Initialisation):
    """w_ij = |z|, z ~ N(0, R² / N), N the fan-in, so that |w_i| is about R and no weight is negative.

    All vectors point about the same way: the cosine of two is about 2 / π = 0.64.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, as coded for its Dale layers.
    """

    kind: ClassVar[str] = "positive_normal"
    radius: float = Field(1.0, gt=0, description="R, the expected norm of a neuron's weights")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Independent half-normal weights."""
        return torch.randn(shape, generator=rng).abs() * (self.radius / sqrt(fan_in))


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [PositiveNormal]

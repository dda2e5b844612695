"""Normally distributed weights, by the radius of their vectors."""

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class Normal(Initialisation):
    """w_ij ~ N(0, R² / N), N the fan-in, so that |w_i| is about R; or N(0, spread²), whatever the fan-in.

    Source:
        Journé et al. (2023), arXiv 2209.11883, as coded (discrepancy S1: the paper's R sqrt(π / 2N) mixes up the norm
        with the mean modulus).
    """

    kind: ClassVar[str] = "normal"
    default: ClassVar[bool] = True
    radius: float = Field(1.0, gt=0, description="R, the expected norm of a neuron's weights")
    spread: float | None = Field(
        None, gt=0, description="standard deviation of a weight, instead of radius"
    )

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Independent normal weights."""
        spread = self.radius / sqrt(fan_in) if self.spread is None else self.spread
        return torch.randn(shape, generator=rng) * spread


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [Normal]

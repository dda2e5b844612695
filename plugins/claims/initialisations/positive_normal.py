"""Sizes of normal numbers: initial weights of Nimmo's "Dale" layers, |N(0, R² / N)|, N the fan-in (facts.md 3.3)."""

from math import inf, pi, sqrt
from typing import Any

import torch

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class PositiveNormalClaims(InitialisationClaims):
    """|N(0, σ²)| with σ = R / sqrt(N): a half-normal distribution."""

    of = "positive_normal"
    cases = ({}, {"radius": 25.0}, {"radius": 0.5})

    def moments(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """<|z|> = sqrt(2 / π) and <z²> = 1, so that the variance is 1 - 2 / π, in units of σ and σ²."""
        sigma = initialisation.radius / sqrt(fan_in)
        return sigma * sqrt(2 / pi), sigma**2 * (1 - 2 / pi)

    def bounds(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """None is negative."""
        return 0.0, inf

    @holds
    def norms_are_about_the_radius(self, initialisation: Initialisation) -> None:
        """Taking sizes leaves norms alone: neurons of 400 synapses have norms near R, s.d. 0.035 R."""
        w = initialisation.draw((500, 400), 400, torch.Generator().manual_seed(0), None)
        norms = w.norm(dim=1) / initialisation.radius  # type: ignore[attr-defined]
        assert abs(float(norms.mean()) - 1) < 0.01, norms.mean()
        assert abs(float(norms.std()) - 1 / sqrt(800)) < 0.01, norms.std()


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PositiveNormalClaims]

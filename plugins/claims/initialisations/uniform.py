"""Uniform weights up to a = R sqrt(3 / N); U[0, a] for layers without batch norm: Journé et al. (2023), as coded."""

from math import sqrt
from typing import Any

import torch

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class UniformClaims(InitialisationClaims):
    """U(-a, a), or U(0, a) where positive; a = R sqrt(3 / N), N the fan-in."""

    of = "uniform"
    cases = ({}, {"radius": 25.0}, {"positive": True}, {"radius": 35.0, "positive": True})

    def moments(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """Of a uniform distribution of width d, the variance is d² / 12."""
        lowest, highest = self.bounds(initialisation, fan_in)
        return (lowest + highest) / 2, (highest - lowest) ** 2 / 12

    def bounds(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """From -a or 0 to a."""
        a = initialisation.radius * sqrt(3 / fan_in)
        return (0.0 if initialisation.positive else -a), a

    @holds
    def norms_are_about_the_radius(self, initialisation: Initialisation) -> None:
        """The mean square of U(-a, a) and of U(0, a) is a² / 3 = R² / N, so norms are near R."""
        w = initialisation.draw((500, 400), 400, torch.Generator().manual_seed(0), None)
        norms = w.norm(dim=1) / initialisation.radius  # type: ignore[attr-defined]
        assert abs(float(norms.mean()) - 1) < 0.01, norms.mean()


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [UniformClaims]

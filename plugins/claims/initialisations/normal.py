"""Gaussian weights of standard deviation R / sqrt(N): Journé et al. (2023), arXiv 2209.11883, as coded.

The paper derives R sqrt(π / (2 N)), which mixes up the norm with the mean modulus (discrepancy S1).
"""

from math import inf, sqrt
from typing import Any

import torch

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class NormalClaims(InitialisationClaims):
    """N(0, R² / N), N the fan-in; or N(0, spread²), whatever the fan-in."""

    of = "normal"
    cases = ({}, {"radius": 25.0}, {"radius": 0.5}, {"spread": 1.0}, {"spread": 0.1})

    def moments(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """Around zero, so that the N squares of a neuron sum to R² on average, unless a spread is given."""
        if initialisation.spread is not None:
            return 0.0, initialisation.spread**2
        return 0.0, initialisation.radius**2 / fan_in

    def bounds(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """None."""
        return -inf, inf

    @holds
    def norms_are_about_the_radius(self, initialisation: Initialisation) -> None:
        """Neurons of 400 synapses have norms near R, or 20 spreads: s.d. R / sqrt(2 N) = 0.035 R."""
        w = initialisation.draw((500, 400), 400, torch.Generator().manual_seed(0), None)
        spread = initialisation.spread  # type: ignore[attr-defined]
        norms = w.norm(dim=1) / (20 * spread if spread else initialisation.radius)  # type: ignore[attr-defined]
        assert abs(float(norms.mean()) - 1) < 0.01, norms.mean()
        assert abs(float(norms.std()) - 1 / sqrt(800)) < 0.01, norms.std()


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NormalClaims]

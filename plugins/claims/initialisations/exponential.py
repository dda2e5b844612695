"""Exponentially distributed weights: density e^(-w / mean) / mean from 0 on, so that the variance is mean²."""

from math import exp, inf
from typing import Any

import torch

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class ExponentialClaims(InitialisationClaims):
    """P(w > a) = e^(-a / mean)."""

    of = "exponential"
    cases = ({"mean": 0.5}, {"mean": 3.0})

    def moments(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """Whatever the fan-in."""
        return initialisation.mean, initialisation.mean**2

    def bounds(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """None is negative."""
        return 0.0, inf

    @holds
    def the_tail_falls_exponentially(self, initialisation: Initialisation) -> None:
        """A share of 1/e is above the mean, 1/e² above twice, 1/e³ above thrice: within 5 standard errors."""
        w = initialisation.draw((200, 200), 200, torch.Generator().manual_seed(0), None)
        for times in (1, 2, 3):
            share = float((w > times * initialisation.mean).float().mean())  # type: ignore[attr-defined]
            expected = exp(-times)
            assert abs(share - expected) < 5 * (expected * (1 - expected) / 40_000) ** 0.5, times


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ExponentialClaims]

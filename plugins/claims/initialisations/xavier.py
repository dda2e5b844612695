"""Glorot & Bengio (2010), AISTATS, 249-256, eq. 12 and 16: variance 2 / (fan-in + fan-out).

The fan-out of a convolution counts the places of its kernel: neurons · k · k.
"""

from math import inf, prod, sqrt
from typing import Any

import torch

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class XavierClaims(InitialisationClaims):
    """N(0, v) or U(-sqrt(3 v), sqrt(3 v)), v = 2 / (fan-in + fan-out)."""

    of = "xavier"
    cases = ({}, {"distribution": "uniform"})

    def moments_of(self, initialisation: Any, shape: tuple[int, ...]) -> tuple[float, float]:
        """Around zero; each place of a kernel is one way in and one way out."""
        ways = (shape[1] + shape[0]) * prod(shape[2:])
        return 0.0, 2 / ways

    def bounds_of(self, initialisation: Any, shape: tuple[int, ...]) -> tuple[float, float]:
        """None of a normal distribution; sqrt(6 / (fan-in + fan-out)) of a uniform one."""
        if initialisation.distribution == "normal":
            return -inf, inf
        bound = sqrt(3 * self.moments_of(initialisation, shape)[1])
        return -bound, bound

    @holds
    def two_spreads_by_hand(self, initialisation: Initialisation) -> None:
        """200 neurons of 400 inputs: s.d. sqrt(2/600) = 0.0577; 20 of 10 x 5 x 5: sqrt(2/750) = 0.0516."""
        rng = torch.Generator().manual_seed(0)
        for shape, fan_in, expected in (
            ((200, 400), 400, 0.0577350),
            ((20, 10, 5, 5), 250, 0.0516398),
        ):
            found = float(initialisation.draw(shape, fan_in, rng, None).std())
            # the standard error of the s.d. of 5,000 numbers is 1 %
            assert abs(found / expected - 1) < 0.05, (shape, found)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [XavierClaims]

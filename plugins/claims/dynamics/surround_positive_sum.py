"""The lateral surround of Nimmo (2024) as published, with a kernel of positive sum (facts.md 3.2 and N12).

D(a, b) = exp(-r²/(2 se²)) / (2π se²) - exp(-r²/(2 si²)) / (2π si²), divided by D(0, 0), 5 x 5, se = 1.2, si = 1.4.
"""

from collections.abc import Mapping
from math import pi
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Dynamics, State, hookimpl
from neuroplast.testing import Claims, DynamicsClaims, Example, holds
from neuroplast_plugins.claims.dynamics.maps import filtered, gain, gaussian

BY_DISTANCE = {0: 1.0, 1: 0.51782, 2: 0.21960, 4: -0.05830, 5: -0.10926, 8: -0.12543}
"""The published kernel by squared distance from its middle (facts.md 3.2)."""


class SurroundPositiveSumClaims(DynamicsClaims):
    """Uniform regions are amplified, only less than middle frequencies."""

    of = "surround_positive_sum"
    cases = ({}, {"size": 3, "centre": 0.5, "surround": 2.0}, {"size": 7})
    examples = (
        Example(
            given={"u": [[[2.0]], [[-1.0]]]},
            expected=[[[2.0]], [[-1.0]]],
            note="a map of one position sees the middle of the kernel alone, which is 1",
        ),
        Example(
            given={"u": [[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]},
            expected=[[[1.0, 0.0855244, 0.0], [0.0855244, -0.0323827, 0.0], [0.0, 0.0, 0.0]]],
            parameters={"size": 3, "centre": 0.5, "surround": 2.0},
            note="1/2πσ² is 16 times as much for 0.5 as for 2: by distance 0, 1, √2 "
            "16 - 1 = 15, 16 e^-2 - e^-1/8 = 2.16536453 - 0.88249690 = 1.28286763, "
            "16 e^-4 - e^-1/4 = 0.29305022 - 0.77880078 = -0.48575056, over 15",
        ),
    )

    def integrate(
        self, dynamics: Any, u: list[list[float]], memory: Mapping[str, Any]
    ) -> list[list[float]]:
        """A single row of positions."""
        return self.integrate_on(dynamics, u, memory, (1, len(u[0])))

    def integrate_on(
        self,
        dynamics: Any,
        u: list[list[float]],
        memory: Mapping[str, Any],
        positions: tuple[int, ...],
    ) -> list[list[float]]:
        """Gaussians of unit integral over the plane, not over the grid."""

        def difference(a: int, b: int) -> float:
            near, far = (
                gaussian(sigma, a, b) / (2 * pi * sigma * sigma)
                for sigma in (dynamics.centre, dynamics.surround)
            )
            return float(near - far)

        kernel = {
            (a, b): difference(a, b) / difference(0, 0)
            for a in range(-9, 10)
            for b in range(-9, 10)
        }
        return filtered(u, positions, dynamics.size, lambda a, b: kernel[a, b])

    @holds
    def has_the_published_kernel(self, dynamics: Dynamics) -> None:
        """By default it answers a single 1 with 1, 0.51782, 0.21960, -0.05830, -0.10926, -0.12543 by distance."""
        alone = torch.zeros(1, 1, 7, 7, dtype=torch.float64)
        alone[..., 3, 3] = 1.0
        v = type(dynamics)().integrate(alone, State({}))[0, 0]
        for y in range(7):
            for x in range(7):
                a, b = y - 3, x - 3
                expected = BY_DISTANCE[a * a + b * b] if max(abs(a), abs(b)) <= 2 else 0.0
                assert abs(float(v[y, x]) - expected) < 6e-6, (a, b)
        assert_close(v.sum(), torch.tensor(2.34069, dtype=torch.float64), rtol=0.0, atol=6e-6)

    @holds
    def amplifies_as_published(self, dynamics: Dynamics) -> None:
        """By default 2.34 at frequency 0, at most 3.23 along an axis, at a period of 5.2, and -0.6 at the highest."""
        alone = torch.zeros(1, 1, 7, 7, dtype=torch.float64)
        alone[..., 3, 3] = 1.0
        v = type(dynamics)().integrate(alone, State({}))[0, 0].tolist()
        gains = {n / 1000: gain(lambda a, b: v[3 + a][3 + b], 2, n / 1000) for n in range(501)}
        assert round(gains[0.0], 2) == 2.34
        highest = max(gains, key=lambda frequency: gains[frequency])
        assert round(gains[highest], 2) == 3.23
        assert round(1 / highest, 1) == 5.2
        assert round(gains[0.5], 1) == -0.6


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SurroundPositiveSumClaims]

"""The leaky rate neuron, v <- v + (dt / τ) (u - v), by forward Euler from v = 0 (facts.md 4c)."""

from collections.abc import Mapping
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Dynamics, State, hookimpl
from neuroplast.testing import Claims, DynamicsClaims, Example, holds


class LeakyClaims(DynamicsClaims):
    """At each inner step v goes dt / τ of the way to the drive."""

    of = "leaky"
    cases = ({}, {"time_constant": 4.0, "dt": 3.0}, {"time_constant": 2.0, "dt": 0.25})
    examples = (
        Example(
            given={"u": [1.0, -2.0]},
            expected=[0.1, -0.2],
            note="one step from silence: a tenth of the way",
        ),
        Example(
            given={"u": [1.0, -2.0]},
            expected=[0.25, -0.5],
            parameters={"time_constant": 2.0, "dt": 0.5},
            note="dt / τ = 1/4",
        ),
    )

    def integrate(
        self, dynamics: Any, u: list[list[float]], memory: Mapping[str, Any]
    ) -> list[list[float]]:
        """One step from silence."""
        return self.settle(dynamics, u, [[0.0] * len(row) for row in u], memory)

    def settle(
        self,
        dynamics: Any,
        u: list[list[float]],
        before: list[list[float]],
        memory: Mapping[str, Any],
    ) -> list[list[float]]:
        """Each value by itself."""
        way = dynamics.dt / dynamics.time_constant
        pairs = zip(u, before, strict=True)
        return [[v + way * (x - v) for x, v in zip(*rows, strict=True)] for rows in pairs]

    @holds
    def follows_a_constant_drive(self, dynamics: Dynamics) -> None:
        """After n steps v = u (1 - (1 - dt/τ)^n), which comes to u."""
        u, v = (
            torch.tensor([[3.0, -0.5]], dtype=torch.float64),
            torch.zeros(1, 2, dtype=torch.float64),
        )
        way = dynamics.dt / dynamics.time_constant  # type: ignore[attr-defined]
        for n in range(1, 200):
            v = dynamics.settle(u, v, State({}))
            assert_close(v, u * (1 - (1 - way) ** n))
        assert_close(v, u, rtol=1e-6, atol=1e-6)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LeakyClaims]

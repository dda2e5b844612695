"""Boosting by duty cycle: Ahmad & Scheinkman (2019), arXiv 1903.11257.

u_i exp(b (p - duty_i)), duty_i the running share of wins, p the share that each should have.
"""

from collections.abc import Mapping
from math import exp
from typing import Any

from torch.testing import assert_close

from neuroplast import Dynamics, hookimpl
from neuroplast.testing import Claims, DynamicsClaims, Example, Neuron, holds, ladder


class BoostClaims(DynamicsClaims):
    """Who won seldom is driven more; duty goes as far per batch as per stimulus."""

    of = "boost"
    cases = (
        {},
        {"strength": 3.0, "time_constant": 4.0},
        {"strength": 0.5, "time_constant": 10.0, "share": 0.3},
    )
    examples = (
        Example(
            given={"u": [1.0, -2.0]},
            expected=[1.6487213, -3.2974425],
            note="nobody has won: all times e^(1/2) = 1.6487213",
        ),
        Example(
            given={"u": [1.0, 1.0], "memory": {"duty": [1.0, 0.5]}},
            expected=[0.6065307, 1.0],
            note="p = 1/2: e^-0.5 and e^0",
        ),
        Example(
            given={"u": [2.0, 1.0], "memory": {"duty": [0.1, 0.6]}},
            expected=[2.0, 0.2231302],
            parameters={"strength": 3.0, "share": 0.1},
            note="at its share as it was; e^-1.5 for 0.5 too much",
        ),
    )

    def integrate(
        self, dynamics: Any, u: list[list[float]], memory: Mapping[str, Any]
    ) -> list[list[float]]:
        """One factor for each neuron."""
        share = 1 / len(u) if dynamics.share is None else dynamics.share
        factors = [exp(dynamics.strength * (share - duty)) for duty in memory["duty"]]
        return [[x * factor for x in row] for row, factor in zip(u, factors, strict=True)]

    def remember(self, dynamics: Any, n: Neuron) -> dict[str, float]:
        """Duty goes 1 - (1 - 1/τ)^stimuli of the way to the share of wins in this batch."""
        wins = sum(1 for g in n.g if g > 0) / len(n.g)
        way = 1 - (1 - 1 / dynamics.time_constant) ** n.stimuli
        return {"duty": n.memory["duty"] + way * (wins - n.memory["duty"])}

    @holds
    def does_nothing_without_strength(self, dynamics: Dynamics) -> None:
        """With strength 0 the drive stays as it is, whatever the duty cycles."""
        plain = dynamics.model_copy(update={"strength": 0.0})
        for setting in ladder():
            u, memory = setting.post(), setting.memory(plain)
            memory.duty.uniform_()
            assert_close(plain.integrate(u, memory), u, rtol=0.0, atol=0.0)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BoostClaims]

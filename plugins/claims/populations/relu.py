"""Rectified linear neurons."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims


class ReluClaims(PopulationClaims):
    """y = max(v, 0)."""

    of = "relu"
    examples = (
        Example(given={"v": [1.5, -2.0, 0.0]}, expected=[1.5, 0.0, 0.0], note="-2 is cut off"),
        Example(given={"v": [-0.25, 0.25]}, expected=[0.0, 0.25], note="-0.25 is cut off"),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """What is above zero."""
        return [max(drive, 0.0) for drive in v]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ReluClaims]

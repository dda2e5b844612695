"""Neurons that answer with their drive."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims


class LinearClaims(PopulationClaims):
    """y = v."""

    of = "linear"
    examples = (
        Example(given={"v": [1.5, -2.0, 0.0]}, expected=[1.5, -2.0, 0.0], note="as it is"),
        Example(given={"v": [-0.25]}, expected=[-0.25], note="negative, too"),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """The drive."""
        return list(v)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LinearClaims]

"""Neurons that answer with their plasticity activity: the binary winner map of Miconi (2021)."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims


class WinnersClaims(PopulationClaims):
    """y = g."""

    of = "winners"
    examples = (
        Example(
            given={"v": [1.5, 2.0, 0.0], "g": [0.0, 1.0, 0.0]},
            expected=[0.0, 1.0, 0.0],
            note="only the winner answers",
        ),
        Example(
            given={"v": [1.0, 2.0], "g": [-0.25, 0.75]},
            expected=[-0.25, 0.75],
            note="with its sign",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """What the competition has left."""
        return list(g)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WinnersClaims]

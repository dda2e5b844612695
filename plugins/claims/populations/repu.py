"""Rectified polynomial units, max(v, 0)^n: Krotov & Hopfield (2019), PNAS 116, 7723-7731."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds, ladder


class RepuClaims(PopulationClaims):
    """y = max(v, 0)^n."""

    of = "repu"
    cases = ({}, {"power": 0.7}, {"power": 1.4}, {"power": 4.5})
    examples = (
        Example(given={"v": [1.5, -2.0]}, expected=[1.5, 0.0], note="n = 1: a rectifier"),
        Example(
            given={"v": [3.0, -3.0, 0.5]},
            expected=[9.0, 0.0, 0.25],
            parameters={"power": 2.0},
            note="3², nothing though (-3)² = 9, 0.5²",
        ),
        Example(
            given={"v": [4.0, 0.25, 0.0]},
            expected=[2.0, 0.5, 0.0],
            parameters={"power": 0.5},
            note="square roots",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """Rectify, then take the power."""
        return [drive**population.power if drive > 0 else 0.0 for drive in v]

    @holds
    def doubling_multiplies_by_two_to_the_n(self, population: Population) -> None:
        """Twice the drive gives 2ⁿ times the response."""
        factor = 2.0**population.power  # type: ignore[attr-defined]
        for setting in ladder():
            v = setting.post()
            assert_close(population.respond(2 * v, None), factor * population.respond(v, None))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [RepuClaims]

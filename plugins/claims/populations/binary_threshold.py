"""Neurons that answer or do not: McCulloch & Pitts (1943), Bull. Math. Biophys. 5, 115-133."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds, ladder


class BinaryThresholdClaims(PopulationClaims):
    """y = 1 where v > threshold, else 0."""

    of = "binary_threshold"
    cases = ({}, {"threshold": 0.5}, {"threshold": -1.0})
    examples = (
        Example(
            given={"v": [0.1, -0.1, 0.0]},
            expected=[1.0, 0.0, 0.0],
            note="a drive at the threshold does not exceed it",
        ),
        Example(
            given={"v": [0.5, 0.6, 20.0]},
            expected=[0.0, 1.0, 1.0],
            parameters={"threshold": 0.5},
            note="Földiák's y* > 0.5; however large the drive, the answer is 1",
        ),
        Example(
            given={"v": [-2.0, -0.5]},
            expected=[0.0, 1.0],
            parameters={"threshold": -1.0},
            note="-0.5 > -1",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """All or nothing."""
        return [1.0 if drive > population.threshold else 0.0 for drive in v]

    @holds
    def answers_once_at_either_side(self, population: Population) -> None:
        """Of two drives on either side of the threshold, equally far, just one is answered."""
        middle = population.threshold  # type: ignore[attr-defined]
        for setting in ladder():
            v = setting.post()
            both = sum(population.respond(middle + side * v, None) for side in (1, -1))
            assert_close(both, v * 0 + 1)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BinaryThresholdClaims]

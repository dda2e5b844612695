"""The hyperbolic tangent."""

from math import exp, log
from typing import Any

from torch.testing import assert_close

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds, ladder


class TanhClaims(PopulationClaims):
    """y = (e^v - e^-v) / (e^v + e^-v)."""

    of = "tanh"
    examples = (
        Example(
            given={"v": [log(2.0), 0.0]},
            expected=[0.6, 0.0],
            note="(2 - 1/2) / (2 + 1/2) = 1.5 / 2.5",
        ),
        Example(
            given={"v": [-log(3.0)]},
            expected=[-0.8],
            note="(1/3 - 3) / (1/3 + 3) = -(8/3) / (10/3)",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """From 1 - 2 / (e^(2|v|) + 1), with v's sign."""
        sizes = [1 - 2 / (exp(2 * abs(drive)) + 1) for drive in v]
        return [size if drive > 0 else -size for size, drive in zip(sizes, v, strict=True)]

    @holds
    def is_odd_and_stays_within_one(self, population: Population) -> None:
        """The opposite drive gives the opposite response, and none is beyond 1."""
        for setting in ladder():
            v = 20 * setting.post()
            y = population.respond(v, None)
            assert_close(population.respond(-v, None), -y)
            assert float(y.abs().max()) <= 1


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [TanhClaims]

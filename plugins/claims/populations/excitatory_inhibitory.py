"""Rectified neurons of which some excite and the others inhibit what they reach.

Dale's principle as in Cornford et al. (2021), ICLR: every neuron's activity is non-negative, and its outgoing weights
share one sign.
"""

from typing import Any

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds


class ExcitatoryInhibitoryClaims(PopulationClaims):
    """y = max(v, 0)^n; the first round(share · neurons) of the signs are +1, the others -1."""

    of = "excitatory_inhibitory"
    cases = (
        {},
        {"excitatory": 0.5, "power": 2.0},
        {"excitatory": 1.0, "power": 0.7},
        {"excitatory": 0.0},
    )
    examples = (
        Example(
            given={"v": [1.5, -2.0, 0.0, 3.0, 0.25]},
            expected=[1.5, 0.0, 0.0, 3.0, 0.25],
            note="signs are of what follows: the fifth, which inhibits, has a positive response too",
        ),
        Example(
            given={"v": [3.0, -3.0]},
            expected=[9.0, 0.0],
            parameters={"power": 2.0},
            note="3², and nothing though (-3)² = 9",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """Inhibitory neurons respond like the others."""
        return [drive**population.power if drive > 0 else 0.0 for drive in v]

    @holds
    def has_the_share_of_excitatory_neurons(self, population: Population) -> None:
        """Of 10 neurons the first share · 10 excite, and of 1000 the first share · 1000; the rest inhibits."""
        share = population.excitatory  # type: ignore[attr-defined]
        for n in (10, 1000):
            excite = round(share * n)
            assert population.signs(n) == [1] * excite + [-1] * (n - excite)

    @holds
    def a_lone_neuron_has_the_sign_of_the_majority(self, population: Population) -> None:
        """One neuron excites where more than half should, and inhibits where fewer should."""
        share = population.excitatory  # type: ignore[attr-defined]
        if share != 0.5:
            assert population.signs(1) == [1 if share > 0.5 else -1]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ExcitatoryInhibitoryClaims]

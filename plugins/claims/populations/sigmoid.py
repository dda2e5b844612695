"""The logistic function, as the response f of Földiák (1990), there with a slope of 10."""

from math import exp, log
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds, ladder


class SigmoidClaims(PopulationClaims):
    """y = 1 / (1 + e^(-slope (v - midpoint)))."""

    of = "sigmoid"
    cases = ({}, {"slope": 10.0}, {"slope": 0.5, "midpoint": -1.5})
    examples = (
        Example(
            given={"v": [0.0, log(3.0)]}, expected=[0.5, 0.75], note="1 / (1 + 1), 1 / (1 + 1/3)"
        ),
        Example(given={"v": [-log(4.0)]}, expected=[0.2], note="1 / (1 + 4)"),
        Example(
            given={"v": [2.0, 2.0 + log(3.0) / 10]},
            expected=[0.5, 0.75],
            parameters={"slope": 10.0, "midpoint": 2.0},
            note="one half at the midpoint; ten times as steep",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """In the form whose exponential is at most 1."""
        found = []
        for drive in v:
            a = population.slope * (drive - population.midpoint)
            found.append(1 / (1 + exp(-a)) if a > 0 else exp(a) / (1 + exp(a)))
        return found

    @holds
    def is_symmetric_about_its_midpoint(self, population: Population) -> None:
        """As far above the midpoint as below it, two responses sum to 1."""
        middle = population.midpoint  # type: ignore[attr-defined]
        for setting in ladder():
            v = setting.post()
            above, below = (population.respond(middle + side * v, None) for side in (1, -1))
            assert_close(above + below, torch.ones_like(v))

    @holds
    def becomes_a_step_far_from_its_midpoint(self, population: Population) -> None:
        """A thousand units of slope above the midpoint it is 1, below it 0."""
        far = 1000 / population.slope  # type: ignore[attr-defined]
        v = torch.tensor([[far, -far]], dtype=torch.float64)
        v = v + population.midpoint  # type: ignore[attr-defined]
        assert_close(population.respond(v, None), torch.tensor([[1.0, 0.0]], dtype=torch.float64))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SigmoidClaims]

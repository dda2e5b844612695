"""Softmax over the neurons of a position."""

from math import exp, log
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds, ladder


class SoftmaxClaims(PopulationClaims):
    """y_i = e^(b v_i) / Σ_k e^(b v_k)."""

    of = "softmax"
    cases = ({}, {"inverse_temperature": 5.0}, {"inverse_temperature": 0.25})
    examples = (
        Example(given={"v": [0.0, log(3.0)]}, expected=[0.25, 0.75], note="e^v = 1, 3"),
        Example(given={"v": [-7.0, -7.0]}, expected=[0.5, 0.5], note="equal drives share equally"),
        Example(
            given={"v": [log(3.0), 0.0]},
            expected=[0.9, 0.1],
            parameters={"inverse_temperature": 2.0},
            note="e^(2v) = 9, 1, together 10",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """The largest drive is subtracted, which changes nothing but keeps e^ finite."""
        largest = max(v)
        powers = [exp(population.inverse_temperature * (drive - largest)) for drive in v]
        whole = sum(powers)
        return [power / whole for power in powers]

    @holds
    def responses_sum_to_one(self, population: Population) -> None:
        """The responses of a position sum to 1, also for large drives."""
        for setting in ladder():
            whole = population.respond(1000 * setting.post(), None).sum(1)
            assert_close(whole, torch.ones_like(whole))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftmaxClaims]

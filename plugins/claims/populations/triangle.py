"""Triangle_n(u) = max(u - mean over channels of u, 0)^n, per position and image.

Coates, Ng & Lee (2011), AISTATS, 215-223; with a power Journé et al. (2023), arXiv 2209.11883.
"""

from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Population, hookimpl
from neuroplast.testing import Claims, Example, PopulationClaims, holds, ladder


class TriangleClaims(PopulationClaims):
    """y = max(v - mean(v), 0)^n."""

    of = "triangle"
    cases = ({}, {"power": 0.7}, {"power": 1.4}, {"power": 2.0})
    examples = (
        Example(
            given={"v": [1.0, 2.0, 6.0]}, expected=[0.0, 0.0, 3.0], note="the mean is 3: 6 - 3"
        ),
        Example(
            given={"v": [-4.0, -1.0, -1.0, -2.0]},
            expected=[0.0, 1.0, 1.0, 0.0],
            note="the mean is -2: -1 + 2, and -2 is not above it",
        ),
        Example(
            given={"v": [1.0, 2.0, 6.0, -1.0]},
            expected=[0.0, 0.0, 16.0, 0.0],
            parameters={"power": 2.0},
            note="the mean is 2: (6 - 2)²",
        ),
        Example(
            given={"v": [0.0, 0.5]},
            expected=[0.0, 0.5],
            parameters={"power": 0.5},
            note="the mean is 0.25: sqrt(0.25)",
        ),
    )

    def respond(self, population: Any, v: list[float], g: list[float]) -> list[float]:
        """How far above the mean of the neurons, to the power n."""
        mean = sum(v) / len(v)
        return [(drive - mean) ** population.power if drive > mean else 0.0 for drive in v]

    @holds
    def the_same_added_to_all_changes_nothing(self, population: Population) -> None:
        """A drive common to all neurons of a position is taken off."""
        for setting in ladder():
            v = setting.post()
            common = 8 * setting.post(seed=1)[:, :1]
            assert_close(population.respond(v + common, None), population.respond(v, None))

    @holds
    def equal_neurons_are_silent(self, population: Population) -> None:
        """Where all drives are equal nobody answers, and so a neuron alone never does."""
        alike = torch.full((2, 4, 3), 0.5, dtype=torch.float64)
        assert_close(population.respond(alike, None), torch.zeros_like(alike))
        assert_close(population.respond(alike[:, :1], None), torch.zeros_like(alike[:, :1]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [TriangleClaims]

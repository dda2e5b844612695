"""Per-image z-score over channels and positions, as coded by Miconi (2021).

(v - mean) / (std + 1e-10), std with n - 1 (facts.md 1.2). A single value has no spread, and becomes zero.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Normalisation, State, hookimpl
from neuroplast.testing import Claims, Example, NormalisationClaims, holds


class ZScoreClaims(NormalisationClaims):
    """x̂ = (x - mean) / (s.d. + ε), of one stimulus by itself."""

    of = "z_score"
    cases = ({}, {"epsilon": 0.5})
    examples = (
        Example(
            given={"x": [[[1.0, 5.0], [3.0, 3.0]]], "adapting": True, "memory": {}},
            expected=[[[-1.2247448714, 1.2247448714], [0.0, 0.0]]],
            note="mean 3, squares 4 + 4 + 0 + 0, variance 8/3, s.d. 1.6329931619; 2 / 1.6329931619",
        ),
        Example(
            given={"x": [[[0.0, 3.0, 6.0]], [[50.0, 40.0, 30.0]]], "adapting": False, "memory": {}},
            expected=[[[-1.0, 0.0, 1.0]], [[1.0, 0.0, -1.0]]],
            note="s.d. sqrt(18/2) = 3 and sqrt(200/2) = 10, each stimulus by itself; ε takes off 3e-11",
        ),
        Example(
            given={"x": [[[0.0, 3.0, 6.0]]], "adapting": True, "memory": {}},
            expected=[[[-0.75, 0.0, 0.75]]],
            parameters={"epsilon": 1.0},
            note="3 / (3 + 1)",
        ),
    )

    def normalise(
        self,
        normalisation: Any,
        x: list[list[list[float]]],
        memory: Mapping[str, list[float]],
        adapting: bool,
    ) -> tuple[list[list[list[float]]], Mapping[str, list[float]]]:
        """Whether it adapts makes no difference."""
        normalised = []
        for stimulus in x:
            values = [value for channel in stimulus for value in channel]
            mean = sum(values) / len(values)
            squares = sum((value - mean) ** 2 for value in values)
            variance = squares / (len(values) - 1) if squares else 0.0
            divisor = sqrt(variance) + normalisation.epsilon
            normalised.append([[(value - mean) / divisor for value in row] for row in stimulus])
        return normalised, memory

    @holds
    def a_constant_image_becomes_zero(self, normalisation: Normalisation) -> None:
        """An image without contrast becomes zero, not infinite."""
        x = torch.full((2, 3, 2, 2), 0.5, dtype=torch.float64)
        assert_close(normalisation.normalise(x, State({}), True), torch.zeros_like(x))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ZScoreClaims]

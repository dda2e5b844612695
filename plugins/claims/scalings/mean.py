"""The mean over stimuli and positions."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, ScalingClaims


class MeanClaims(ScalingClaims):
    """Δ / count."""

    of = "mean"
    examples = (
        Example(
            given={"dw": [[1.0, -2.0], [0.0, 4.0]], "count": 4},
            expected=[[0.25, -0.5], [0.0, 1.0]],
            note="a quarter of each",
        ),
        Example(
            given={"dw": [[3.0, -1.5]], "count": 1}, expected=[[3.0, -1.5]], note="one stimulus"
        ),
    )

    def scale(
        self, scaling: Any, dw: list[list[float]], count: int, g: list[list[float]]
    ) -> list[list[float]]:
        """Every stimulus and position counts, whether the neuron was active or not."""
        return [[change / count for change in row] for row in dw]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MeanClaims]

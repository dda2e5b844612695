"""The sum over stimuli and positions as it is: Miconi (2021) sums, and does not average."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, ScalingClaims


class SumClaims(ScalingClaims):
    """Δ."""

    of = "sum"
    examples = (
        Example(
            given={"dw": [[1.0, -2.0], [0.0, 4.0]], "count": 4},
            expected=[[1.0, -2.0], [0.0, 4.0]],
            note="as it is",
        ),
        Example(given={"dw": [[0.5]], "count": 1}, expected=[[0.5]], note="as it is"),
    )

    def scale(
        self, scaling: Any, dw: list[list[float]], count: int, g: list[list[float]]
    ) -> list[list[float]]:
        """Nothing is divided."""
        return [list(row) for row in dw]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SumClaims]

"""Krotov & Hopfield (2019), PNAS 116, 7723-7731; the code of Journé et al. (2023), not their paper (S2)."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Scaling, hookimpl
from neuroplast.testing import Claims, Example, ScalingClaims, holds, ladder


class LargestClaims(ScalingClaims):
    """Δ / (max |Δ| + 1e-30), the maximum over the whole layer."""

    of = "largest"
    magnitudes = (1.0, 1e-6, 1e6, 1e-30)
    examples = (
        Example(
            given={"dw": [[1.0, -2.0], [0.0, -4.0]], "count": 4},
            expected=[[0.25, -0.5], [0.0, -1.0]],
            note="the largest is -4, of the other neuron too; its sign stays",
        ),
        Example(
            given={"dw": [[0.0, 0.0]], "count": 2}, expected=[[0.0, 0.0]], note="0 / 1e-30 = 0"
        ),
        Example(
            given={"dw": [[0.02, 0.05]], "count": 2}, expected=[[0.4, 1.0]], note="2 / 5, 5 / 5"
        ),
    )

    def scale(
        self, scaling: Any, dw: list[list[float]], count: int, g: list[list[float]]
    ) -> list[list[float]]:
        """One number for the layer, however many stimuli there were."""
        largest = 0.0
        for row in dw:
            for change in row:
                largest = max(largest, abs(change))
        return [[change / (largest + 1e-30) for change in row] for row in dw]

    @holds
    def the_largest_change_is_one(self, scaling: Scaling) -> None:
        """The largest single change becomes 1, whatever the size of the changes before."""
        for setting in ladder():
            view = setting.view()
            for size in (1.0, 1e-6, 1e9):
                scaled = scaling.scale(view.outer(view.g) * size, view).tensor()
                assert_close(float(scaled.abs().max()), 1.0)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LargestClaims]

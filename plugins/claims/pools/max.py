"""Max pooling, as "max a/s/p" of the published networks."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, PoolClaims
from neuroplast_plugins.claims.pools.windows import windows


class MaxClaims(PoolClaims):
    """The largest response of each window; padding never wins."""

    of = "max"
    cases = (
        {"size": 2, "stride": 2},
        {"size": 4, "stride": 2, "padding": 1},
        {"size": 3, "stride": 1, "padding": 1},
        {"size": 3, "stride": 2},
        {"size": 1, "stride": 1},
        {"size": 1, "stride": 3},
    )
    examples = (
        Example(
            given={"y": [[1.0, -2.0, 5.0, 0.0], [0.0, 4.0, -1.0, 2.0]]},
            expected=[[4.0, 5.0]],
            note="two windows of 2 by 2",
        ),
        Example(
            given={"y": [[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0], [-7.0, -8.0, 9.0]]},
            expected=[[-1.0]],
            note="a third row and column do not fill a window, so the 9 is dropped",
        ),
        Example(
            given={"y": [[-3.0, -1.0], [-2.0, -4.0]]},
            expected=[[-1.0]],
            parameters={"size": 4, "stride": 2, "padding": 1},
            note="one window on all, padded; -1 wins, not a zero",
        ),
        Example(
            given={"y": [[-3.0, -1.0, -2.0]]},
            expected=[[-1.0, -1.0, -1.0]],
            parameters={"size": 3, "stride": 1, "padding": 1},
            note="-3 -1, -3 -1 -2, -1 -2",
        ),
    )

    def pool(self, pool: Any, y: list[list[float]]) -> list[list[float]]:
        """The largest of what a window holds."""
        return [[max(values) for values in row] for row in windows(pool, y)]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MaxClaims]

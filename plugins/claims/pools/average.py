"""Average pooling, as "avg a/s/p" of the published networks, which count padding as zeros."""

from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Pool, hookimpl
from neuroplast.testing import Claims, Example, PoolClaims, holds
from neuroplast_plugins.claims.pools.windows import windows


class AverageClaims(PoolClaims):
    """The sum of each window over its size squared, padding included."""

    of = "average"
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
            expected=[[0.75, 1.5]],
            note="(1 - 2 + 0 + 4) / 4, (5 + 0 - 1 + 2) / 4",
        ),
        Example(
            given={"y": [[1.0, 3.0], [4.0, 8.0]]},
            expected=[[1.0]],
            parameters={"size": 4, "stride": 2, "padding": 1},
            note="16 / 16: twelve zeros of padding count",
        ),
        Example(
            given={"y": [[9.0, 18.0, -9.0]]},
            expected=[[3.0, 2.0, 1.0]],
            parameters={"size": 3, "stride": 1, "padding": 1},
            note="27 / 9, 18 / 9, 9 / 9, with the padding above, below and beside",
        ),
    )

    def pool(self, pool: Any, y: list[list[float]]) -> list[list[float]]:
        """The sum of what a window holds, over the places it has."""
        places = pool.size**2
        return [[sum(values) / places for values in row] for row in windows(pool, y)]

    @holds
    def a_constant_map_keeps_its_value_inside(self, pool: Pool) -> None:
        """A window that touches no padding has the mean of a constant map."""
        y = torch.full((1, 1, 12, 12), 2.5, dtype=torch.float64)
        inner = pool.pool(y)[0, 0, 1:-2, 1:-2]
        assert_close(inner, torch.full_like(inner, 2.5))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [AverageClaims]

"""Krotov & Hopfield (2019), PNAS 116, 7723-7731: g = 1 for the largest current, -Δ for the k-th largest, else 0."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, first_largest


class RankedClaims(CompetitionClaims):
    """The first in rank learns, the k-th unlearns by Δ; k = 1 is the largest."""

    of = "ranked"
    cases = (
        {},
        {"delta": 0.1},
        {"k": 3, "delta": 2.0},
        {"axis": "space"},
        {"k": 3, "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [0.2, -1.0, 3.0]},
            expected=[-0.4, 0.0, 1.0],
            note="3 is the largest, 0.2 the second",
        ),
        Example(
            given={"v": [5.0, 2.0, 7.0, 3.0, -1.0]},
            expected=[0.0, 0.0, 1.0, -0.3, 0.0],
            parameters={"k": 3, "delta": 0.3},
            note="in rank: 7, 5, 3",
        ),
        Example(
            given={"v": [1.0, 2.0, 2.0, 0.0]},
            expected=[0.0, 1.0, -0.4, 0.0],
            note="of the two 2 the first has rank 1, the other rank 2",
        ),
        Example(
            given={"v": [-1.0, -1.0, -1.0, -1.0]},
            expected=[1.0, 0.0, -0.4, 0.0],
            parameters={"k": 3},
            note="equal ones rank by their index",
        ),
        Example(
            given={"v": [-3.0, -2.0]},
            expected=[0.0, 1.0],
            parameters={"delta": 0.0},
            note="without Δ nobody unlearns, and it is a hard, binary winner-take-all",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """Take the largest away, k times; the first learns, the last unlearns."""
        g = [0.0] * len(v)
        g[first_largest(v)] = 1.0
        left = list(v)
        for _ in range(competition.k - 1):
            left[first_largest(left)] = float("-inf")
        g[first_largest(left)] = -competition.delta
        return g

    @holds
    def the_sum_is_one_minus_delta(self, competition: Competition) -> None:
        """One learns and one unlearns at every presentation, ties or not."""
        g = activities(competition, [0.5, -1.0, 2.0, 1.0], [1.0] * 4, [-3.0, -3.0, -1.0, -1.0])
        left = 1.0 - competition.delta  # type: ignore[attr-defined]
        assert_close(g.sum(1).tolist(), [left] * 3)
        assert (g > 0).sum(1).tolist() == [1, 1, 1]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [RankedClaims]

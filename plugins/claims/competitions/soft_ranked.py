"""The soft-rank modes in the code of Journé et al. (2023), ICLR, arXiv 2209.11883; used in none of its results.

Softmax s, but only the unit at rank r is changed: to -Δ s, or to -Δ.
"""

from math import exp, log
from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, first_largest


class SoftRankedClaims(CompetitionClaims):
    """g = s, the softmax of b v, but -Δ s or -Δ at the r-th largest drive."""

    of = "soft_ranked"
    cases = (
        {},
        {"by": "constant", "delta": 0.5},
        {"rank": 2, "inverse_temperature": 3.0},
        {"rank": 1, "axis": "space"},
        {"rank": 2, "by": "constant", "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [log(4.0), 0.0, log(3.0)]},
            expected=[0.5, -0.25, 0.375],
            note="shares 4/8, 1/8, 3/8; the third in rank has -2/8",
        ),
        Example(
            given={"v": [log(4.0), 0.0, log(3.0)]},
            expected=[0.5, -2.0, 0.375],
            parameters={"by": "constant"},
            note="the third in rank has -2, whatever its share",
        ),
        Example(
            given={"v": [log(4.0), 0.0, log(3.0)]},
            expected=[0.5, 0.125, -0.1875],
            parameters={"rank": 2, "delta": 0.5},
            note="log 3 is second: half of 3/8, with the opposite sign",
        ),
        Example(
            given={"v": [1.0, 1.0, 1.0, 1.0]},
            expected=[0.25, 0.25, -0.5, 0.25],
            note="a quarter each; equal ones rank by their index",
        ),
        Example(
            given={"v": [log(16.0), 0.0, log(9.0)]},
            expected=[0.5, -0.25, 0.375],
            parameters={"inverse_temperature": 0.5},
            note="e^(v/2) = 4, 1, 3",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """All have their share; who is left largest when r - 1 are taken away is changed."""
        top = v[first_largest(v)]
        powers = [exp(competition.inverse_temperature * (drive - top)) for drive in v]
        g = [power / sum(powers) for power in powers]
        left = list(v)
        for _ in range(competition.rank - 1):
            left[first_largest(left)] = float("-inf")
        unlearns = first_largest(left)
        share = g[unlearns] if competition.by == "share" else 1.0
        g[unlearns] = -competition.delta * share
        return g

    @holds
    def without_delta_the_others_keep_their_shares(self, competition: Competition) -> None:
        """With Δ = 0 the shares sum to 1 but for that of rank r."""
        free = competition.model_copy(update={"delta": 0.0, "inverse_temperature": 1.0})
        g = activities(free, [log(5.0), log(3.0), log(2.0)])[0].tolist()
        expected = [0.5, 0.3, 0.2]
        expected[competition.rank - 1] = 0.0  # type: ignore[attr-defined]
        assert_close(g, expected)

    @holds
    def one_unlearns(self, competition: Competition) -> None:
        """Exactly one is negative, also among equals."""
        g = activities(competition, [0.5, -1.0, 2.0, 1.0], [1.0] * 4)
        assert (g < 0).sum(1).tolist() == [1, 1], g


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftRankedClaims]

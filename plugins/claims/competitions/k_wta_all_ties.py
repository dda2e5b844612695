"""Miconi (2021), arXiv 2107.01729, and its notebooks: all v >= the K-th largest v are kept, then binarised (v > 0)."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, positive


class KWtaAllTiesClaims(CompetitionClaims):
    """Kept is who is not below the K-th largest; of these the positive ones have 1 (binary), or all their drive."""

    of = "k_wta_all_ties"
    cases = (
        {},
        {"k": 2},
        {"activity": "drive"},
        {"k": 3, "activity": "drive"},
        {"anti_hebbian": True},
        {"k": 2, "activity": "drive", "anti_hebbian": True},
        {"axis": "space"},
        {"k": 2, "activity": "drive", "axis": "space"},
    )
    examples = (
        Example(given={"v": [0.2, -1.0, 3.0]}, expected=[0.0, 0.0, 1.0], note="3 is the largest"),
        Example(
            given={"v": [2.0, 0.5, 2.0, 2.0]},
            expected=[1.0, 0.0, 1.0, 1.0],
            note="three are as large as the largest, and all are kept",
        ),
        Example(
            given={"v": [-2.0, -0.5, -1.0]},
            expected=[0.0, 0.0, 0.0],
            note="the largest is not positive, so nobody fires (M8)",
        ),
        Example(given={"v": [0.0, -1.0]}, expected=[0.0, 0.0], note="0 is not above 0 either (M8)"),
        Example(
            given={"v": [3.0, 1.0, -1.0, 1.0]},
            expected=[1.0, 1.0, 0.0, 1.0],
            parameters={"k": 2},
            note="the second largest is 1, and two have it",
        ),
        Example(
            given={"v": [3.0, -1.0, -2.0]},
            expected=[1.0, 0.0, 0.0],
            parameters={"k": 2},
            note="-1 is kept as the second largest, but is not positive",
        ),
        Example(
            given={"v": [3.0, -1.0, -2.0]},
            expected=[3.0, -1.0, 0.0],
            parameters={"k": 2, "activity": "drive"},
            note="3 and -1 are kept as they are",
        ),
        Example(
            given={"v": [3.0, -1.0, -2.0]},
            expected=[1.0, -1.0, -1.0],
            parameters={"k": 2, "anti_hebbian": True},
            note="-1 is kept and does not fire, so it has lost like -2",
        ),
        Example(
            given={"v": [3.0, 0.5, -2.0]},
            expected=[3.0, -0.5, 2.0],
            parameters={"activity": "drive", "anti_hebbian": True},
            note="losers have minus their drives",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """The K-th largest is that after K - 1 have been taken away, one at a time."""
        kth = sorted(v, reverse=True)[: competition.k][-1]
        g = []
        for drive in v:
            binary = competition.activity == "binary"
            size = 1.0 if binary else drive
            if drive >= kth and (drive > 0 or not binary):
                g.append(size)
            else:
                g.append(-size if competition.anti_hebbian else 0.0)
        return g

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """All that reach the K-th largest, but for those whose drive is negative."""
        kth = sorted(v, reverse=True)[: competition.k][-1]
        return positive({i for i in range(len(v)) if v[i] >= kth}, g)

    @holds
    def all_equal_neurons_do_the_same(self, competition: Competition) -> None:
        """Where all drives are equal and positive everybody fires, however small k is."""
        expected = 0.5 if competition.activity == "drive" else 1.0  # type: ignore[attr-defined]
        assert_close(activities(competition, [0.5] * 7)[0].tolist(), [expected] * 7)

    @holds
    def untied_and_positive_it_has_k_winners(self, competition: Competition) -> None:
        """With drives that are all different and positive, as many fire as should."""
        g = activities(competition, [0.5, 3.0, 0.25, 2.0, 1.0])
        assert int((g > 0).sum()) == competition.k, g  # type: ignore[attr-defined]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [KWtaAllTiesClaims]

"""k winners take all: Majani, Erlanson & Abu-Mostafa (1989), NIPS 1, 634-642."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, positive, taken


class KWtaClaims(CompetitionClaims):
    """g = a at the k largest drives, 0 elsewhere, or -a with anti-Hebbian losers; a = v (drive) or 1 (binary)."""

    of = "k_wta"
    cases = (
        {},
        {"k": 2},
        {"k": 3},
        {"activity": "binary"},
        {"k": 2, "activity": "binary"},
        {"k": 2, "anti_hebbian": True},
        {"activity": "binary", "anti_hebbian": True},
        {"axis": "space"},
        {"k": 2, "activity": "binary", "axis": "space"},
    )
    examples = (
        Example(given={"v": [0.2, -1.0, 3.0]}, expected=[0.0, 0.0, 3.0], note="k = 1: the largest"),
        Example(
            given={"v": [0.2, -1.0, 3.0, 0.1]},
            expected=[0.2, 0.0, 3.0, 0.0],
            parameters={"k": 2},
            note="3 and 0.2 are the two largest",
        ),
        Example(
            given={"v": [1.0, 2.0, 1.0, 1.0]},
            expected=[1.0, 1.0, 0.0, 0.0],
            parameters={"k": 2, "activity": "binary"},
            note="2, and of the three 1 the first",
        ),
        Example(
            given={"v": [-3.0, -1.0, -2.0]},
            expected=[0.0, -1.0, -2.0],
            parameters={"k": 2},
            note="negative drives can win, and keep their sign",
        ),
        Example(
            given={"v": [2.0, -3.0, 1.0, 0.5]},
            expected=[2.0, 3.0, 1.0, -0.5],
            parameters={"k": 2, "anti_hebbian": True},
            note="2 and 1 win; losers have minus their drives, 3 and -0.5",
        ),
        Example(
            given={"v": [2.0, 2.0, 2.0]},
            expected=[1.0, 1.0, -1.0],
            parameters={"k": 2, "activity": "binary", "anti_hebbian": True},
            note="the last of the three has lost the tie",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """Winners have their size, losers nothing, or minus it."""
        sizes = list(v) if competition.activity == "drive" else [1.0] * len(v)
        winners = taken(competition.k, v)
        lost = -1.0 if competition.anti_hebbian else 0.0
        return [sizes[i] if i in winners else lost * sizes[i] for i in range(len(v))]

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """The winners, but for those whose drive is negative."""
        return positive(taken(competition.k, v), g)

    @holds
    def k_of_all_is_no_competition(self, competition: Competition) -> None:
        """With as many winners as neurons nobody loses."""
        everyone = competition.model_copy(update={"k": 4})
        v = [0.5, -2.0, 3.0, 0.5]
        binary = competition.activity == "binary"  # type: ignore[attr-defined]
        assert_close(activities(everyone, v)[0].tolist(), [1.0] * 4 if binary else v)

    @holds
    def k_are_active(self, competition: Competition) -> None:
        """As many are active as should be, also where all drives are equal or negative."""
        k = competition.k  # type: ignore[attr-defined]
        silent = competition.model_copy(update={"anti_hebbian": False})
        g = activities(silent, [1.5] * 5, [-1.0] * 5, [-3.0, -1.0, -2.0, -5.0, -4.0])
        assert (g != 0).sum(1).tolist() == [k, k, k], g


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [KWtaClaims]

"""Winner-take-all: Rumelhart & Zipser (1985), Cognitive Science 9, 75-112.

One-hot at the arg-max for the hard variant of Journé et al. (2023); y times the winner in Jimenez Nimmo (2024).
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, first_largest, positive


class HardWtaClaims(CompetitionClaims):
    """g = +a at the largest drive; elsewhere 0, or -a with anti-Hebbian losers; a = 1 (binary) or v (drive)."""

    of = "hard_wta"
    cases = (
        {},
        {"activity": "drive"},
        {"anti_hebbian": True},
        {"activity": "drive", "anti_hebbian": True},
        {"axis": "space"},
        {"activity": "drive", "anti_hebbian": True, "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [0.2, -1.0, 3.0]}, expected=[0.0, 0.0, 1.0], note="3 is the largest of all"
        ),
        Example(
            given={"v": [-2.0, -0.5, -0.5, -1.0]},
            expected=[0.0, 1.0, 0.0, 0.0],
            note="someone wins though all are negative; of the two -0.5 the first",
        ),
        Example(
            given={"v": [0.2, -1.0, 3.0]},
            expected=[0.0, 0.0, 3.0],
            parameters={"activity": "drive"},
            note="the winner has its drive",
        ),
        Example(
            given={"v": [2.0, 1.0, 2.0]},
            expected=[1.0, -1.0, -1.0],
            parameters={"anti_hebbian": True},
            note="the second 2 has lost the tie, and learns with the opposite sign",
        ),
        Example(
            given={"v": [0.2, -1.0, 3.0]},
            expected=[-0.2, 1.0, 3.0],
            parameters={"activity": "drive", "anti_hebbian": True},
            note="losers have minus their drives: -0.2 and 1",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """One winner; of equal drives the first."""
        winner = first_largest(v)
        g = []
        for i in range(len(v)):
            size = v[i] if competition.activity == "drive" else 1.0
            if i == winner:
                g.append(size)
            elif competition.anti_hebbian:
                g.append(-size)
            else:
                g.append(0.0)
        return g

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """The one winner, unless its drive is negative."""
        return positive({first_largest(v)}, g)

    @holds
    def one_wins(self, competition: Competition) -> None:
        """Exactly one has the sign of a winner, however the drives are shifted."""
        for shift in (0.0, 5.0):
            v = [shift + 1.0, shift + 0.5, shift + 2.0, shift + 1.5]
            g = activities(competition, v)[0].tolist()
            assert [i for i in range(4) if g[i] > 0] == [2], g

    @holds
    def alone_is_to_win(self, competition: Competition) -> None:
        """A neuron without rivals wins."""
        expected = 3.0 if competition.activity == "drive" else 1.0  # type: ignore[attr-defined]
        assert_close(activities(competition, [3.0])[0].tolist(), [expected])


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [HardWtaClaims]

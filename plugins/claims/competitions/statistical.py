"""The statistical mode of Jimenez Nimmo (2024), MSc thesis, City University London, with a mask of 0 and 1.

thr = mean over channels + 2 standard deviations over channels (n - 1), per image and position; y = v [v > thr], and of
these the largest.
"""

from math import log
from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, Fit, Refusal, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, sharing
from neuroplast_plugins.claims.competitions.standing_out import deviating, outcome


class StatisticalClaims(CompetitionClaims):
    """Only who is above mean + d s.d. competes; the largest wins, or they share by a softmax."""

    of = "statistical"
    cases = (
        {},
        {"deviations": 0.5},
        {"deviations": 0.5, "activity": "drive", "anti_hebbian": True},
        {"deviations": 0.0, "winners": "soft", "inverse_temperature": 3.0},
        {"deviations": 0.3, "winners": "soft", "activity": "drive", "anti_hebbian": True},
        {"deviations": 0.5, "axis": "space"},
        {"deviations": 0.0, "winners": "soft", "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 8.0]},
            expected=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
            note="mean 2, squares 6·1 + 36 = 42, s.d. √(42/6) = 2.646, thr = 7.29: 8 is above",
        ),
        Example(
            given={"v": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]},
            expected=[0.0] * 7,
            note="mean 4, s.d. √(28/6) = 2.16, thr = 8.32: nobody stands out, so nobody learns",
        ),
        Example(
            given={"v": [4.0, 0.0, 3.0, 1.0]},
            expected=[4.0, 0.0, 0.0, 0.0],
            parameters={"deviations": 0.5, "activity": "drive"},
            note="mean 2, s.d. √(10/3) = 1.826, thr = 2.913: 4 and 3 compete, 4 wins and has its drive",
        ),
        Example(
            given={"v": [4.0, 0.0, 3.0, 1.0]},
            expected=[1.0, 0.0, -1.0, 0.0],
            parameters={"deviations": 0.5, "anti_hebbian": True},
            note="of the two that compete 3 has lost; the others take no part",
        ),
        Example(
            given={"v": [log(12.0), 0.0, log(4.0), 0.0]},
            expected=[0.75, 0.0, 0.25, 0.0],
            parameters={"deviations": 0.0, "winners": "soft"},
            note="mean (2.485 + 1.386)/4 = 0.968; 12 and 4 share, the zeros are no part of the sum",
        ),
        Example(
            given={"v": [4.0, 0.0, 4.0, 0.0]},
            expected=[2.0, 0.0, -2.0, 0.0],
            parameters={
                "deviations": 0.5,
                "winners": "soft",
                "activity": "drive",
                "anti_hebbian": True,
            },
            note="thr = 2 + 0.5·2.309; half of 4 each, and the first of equals wins",
        ),
        Example(
            given={"v": [-1.0, -5.0, -3.0]},
            expected=[1.0, 0.0, 0.0],
            parameters={"deviations": 0.5},
            note="thr = -3 + 0.5·2 = -2: who is above wins, though negative",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """Those above the threshold of their own group."""
        return outcome(competition, v, deviating(v, competition.deviations))

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """Those who share, or the one that does not lose."""
        return sharing(competition.anti_hebbian, v, g)

    @holds
    def scale_and_shift_do_not_matter_to_who_wins(self, competition: Competition) -> None:
        """Who stands out stands out in any unit, and from any level."""
        v = [0.5, -1.0, 7.0, 1.0, 0.0, -0.5, 0.25, 0.75]
        before = activities(competition, v)[0] != 0
        assert int(before.sum()) > 0
        after = activities(competition, [10.0 * drive + 100.0 for drive in v])[0] != 0
        assert before.tolist() == after.tolist()

    @holds
    def is_refused_where_nobody_can_stand_out(self, competition: Competition) -> None:
        """One large among n - 1 equals is (n - 1) / √n standard deviations above their mean, and none is more.

        Of 4 that is 3/2, of 9 it is 8/3: at that many deviations nobody is above the threshold, just below one can be.
        """
        for n, most in ((4, 1.5), (9, 8 / 3)):
            for deviations in (most - 0.01, most, most + 0.01):
                changed = {"axis": "channels", "deviations": deviations}
                told = _refusal(competition.model_copy(update=changed), n)
                assert (f"none of {n} competitors" in told) == (deviations >= most), told

    @holds
    def nobody_stands_out_from_equals(self, competition: Competition) -> None:
        """Where all drives are equal there is no winner."""
        assert_close(activities(competition, [3.0] * 8, [0.0] * 8).abs().sum().item(), 0.0)


def _refusal(competition: Competition, n: int) -> str:
    """Why n competitors are refused; nothing where they are not."""
    try:
        competition.check(Fit((n,)))
    except Refusal as refusal:
        return str(refusal)
    return ""


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [StatisticalClaims]

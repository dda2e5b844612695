"""The statistical mode as in the code of Jimenez Nimmo (2024), MSc thesis, City University London.

z = q [q > thr]; r = z (z where z is the channel maximum, else 0), that is z² at the winner: the activity is squared
where it should be multiplied by the 0/1 mask (N9).
"""

from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities
from neuroplast_plugins.claims.competitions.standing_out import deviating, squared


class StatisticalSquaredClaims(CompetitionClaims):
    """v² for the largest of those above mean + d s.d., 0 for all others."""

    of = "statistical_squared"
    cases = (
        {},
        {"deviations": 0.5},
        {"deviations": 0.0, "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 8.0]},
            expected=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 64.0],
            note="thr = 2 + 2·2.646 = 7.29; 8² = 64, where the 0/1 mask gives 8",
        ),
        Example(
            given={"v": [0.4, 0.0, 0.3, 0.1]},
            expected=[0.16, 0.0, 0.0, 0.0],
            parameters={"deviations": 0.5},
            note="thr = 0.2 + 0.5·0.1826 = 0.291; 0.4² = 0.16",
        ),
        Example(
            given={"v": [-1.0, -5.0, -3.0]},
            expected=[0.0, 0.0, 0.0],
            parameters={"deviations": 0.5},
            note="thr = -2: z = (-1, 0, 0), whose largest is the first 0, and 0² = 0",
        ),
        Example(
            given={"v": [3.0, 0.0, 3.0, 0.0]},
            expected=[9.0, 0.0, 0.0, 0.0],
            parameters={"deviations": 0.5},
            note="thr = 1.5 + 0.5·1.732; of the two 3 the first",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """Those above the threshold of their own group, squared at the largest."""
        return squared(v, deviating(v, competition.deviations))

    @holds
    def twice_the_drive_is_four_times_the_activity(self, competition: Competition) -> None:
        """It is the square of the drive, where the drive itself would be twice as large."""
        v = [0.5, -1.0, 7.0, 1.0, 0.0, -0.5, 0.25, 0.75]
        once, twice = activities(competition, v, [2.0 * drive for drive in v])
        assert float(once.max()) == 49.0
        assert_close(twice, 4.0 * once)
        assert_close(activities(competition, [3.0] * 8), torch.zeros(1, 8, dtype=torch.float64))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [StatisticalSquaredClaims]

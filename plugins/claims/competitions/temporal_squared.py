"""The temporal mode as in the code of Jimenez Nimmo (2024), MSc thesis, City University London.

z = y [y > T]; r = z (z where z is the channel maximum, else 0), that is z² at the winner: the activity is squared
where it should be multiplied by the 0/1 mask (N9). T as for the temporal mode.
"""

from collections.abc import Mapping
from typing import Any

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.histories import (
    follows_the_window,
    is_exact_for_few,
    of_the_batch,
)
from neuroplast_plugins.claims.competitions.standing_out import mean_of_medians, squared
from neuroplast_plugins.claims.competitions.streams import Presented

Batch = list[list[list[float]]]


class TemporalSquaredClaims(CompetitionClaims):
    """v² for the largest of those above T, 0 for all others."""

    of = "temporal_squared"
    cases = (
        {},
        {"window": 35, "axis": "space"},
    )
    unclaimed = dict.fromkeys(
        ("knots", "counts", "seen"),
        "how a window is kept in bounded memory is the part's own; who wins by it is held to the exact window",
    )
    examples = (
        Example(
            given={"v": [4.0, 0.0, 3.0, 1.0]},
            expected=[16.0, 0.0, 0.0, 0.0],
            note="T = 2 after one sample; 4² = 16, where the 0/1 mask gives 4",
        ),
        Example(
            given={"v": [0.4, 0.0, 0.3, 0.1]},
            expected=[0.16, 0.0, 0.0, 0.0],
            note="below 1 squaring makes less: 0.16 for 0.4",
        ),
        Example(
            given={"v": [-1.0, -5.0, -3.0]},
            expected=[0.0, 0.0, 0.0],
            note="T = -3: z = (-1, 0, 0), whose largest is the first 0, and 0² = 0",
        ),
        Example(
            given={"v": [3.0, 0.0, 3.0, 0.0]},
            expected=[9.0, 0.0, 0.0, 0.0],
            note="of the two 3 the first",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """One stimulus after nothing: T is the mean of the drives."""
        return squared(v, sum(v) / len(v))

    def compete_all(self, competition: Any, v: Batch, memory: Mapping[str, Any]) -> Batch:
        """With new memory, history is the batch itself."""
        return of_the_batch(competition, v, lambda row, past: squared(row, mean_of_medians(past)))

    @holds
    def follows_the_median_of_the_window(self, competition: Competition) -> None:
        """After two windows of batches T is within 5 % of the exact one, and a window after a change of scale again."""
        follows_the_window(competition)

    @holds
    def is_exact_for_few_stimuli(self, competition: Competition) -> None:
        """T is the exact window's, but for rounding to half precision, for windows of up to 37 and the first 37."""
        is_exact_for_few(competition)

    @holds
    def memory_is_bounded(self, competition: Competition) -> None:
        """For the 98,304 values of a layer of 96 x 32 x 32 it keeps under 10 MB, whatever the window."""
        assert 0 < Presented(competition, neurons=96, side=32).bytes_kept < 10e6


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [TemporalSquaredClaims]

"""The temporal mode of Jimenez Nimmo (2024), MSc thesis, City University London, with a mask of 0 and 1.

T = mean over channels of the per-channel, per-position median over the last samples, the current batch included;
y = v [v > T], and of these the largest. Medians of an even number are the mean of the two in the middle.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import sharing
from neuroplast_plugins.claims.competitions.histories import (
    follows_the_window,
    is_exact_for_few,
    of_the_batch,
    remembers_stimuli_not_batches,
)
from neuroplast_plugins.claims.competitions.many_streams import follows_streams
from neuroplast_plugins.claims.competitions.standing_out import mean_of_medians, outcome
from neuroplast_plugins.claims.competitions.streams import Presented

Batch = list[list[list[float]]]


class TemporalClaims(CompetitionClaims):
    """Only who is above T competes; the largest wins, or they share by a softmax. With new memory T is the batch's."""

    of = "temporal"
    cases = (
        {},
        {"window": 30, "activity": "drive", "anti_hebbian": True},
        {"window": 400, "winners": "soft", "inverse_temperature": 3.0},
        {"winners": "soft", "activity": "drive", "anti_hebbian": True},
        {"window": 200, "axis": "space"},
    )
    unclaimed = dict.fromkeys(
        ("knots", "counts", "seen"),
        "how a window is kept in bounded memory is the part's own; who wins by it is held to the exact window",
    )
    examples = (
        Example(
            given={"v": [4.0, 0.0, 3.0, 1.0]},
            expected=[1.0, 0.0, 0.0, 0.0],
            note="of one sample the median is the sample, so T is the mean, 2: 4 and 3 compete, 4 wins",
        ),
        Example(
            given={"v": [4.0, 0.0, 3.0, 1.0]},
            expected=[4.0, 0.0, -3.0, 0.0],
            parameters={"activity": "drive", "anti_hebbian": True},
            note="4 has its drive, 3 has competed and lost; 0 and 1 take no part",
        ),
        Example(
            given={"v": [-1.0, -5.0, -3.0]},
            expected=[1.0, 0.0, 0.0],
            note="T = -3: -1 is above, and the largest",
        ),
        Example(
            given={"v": [4.0, 0.0, 4.0, 0.0]},
            expected=[2.0, 0.0, 2.0, 0.0],
            parameters={"winners": "soft", "activity": "drive"},
            note="half of 4 for each of the two above 2",
        ),
        Example(given={"v": [2.0, 2.0]}, expected=[0.0, 0.0], note="T = 2, and nobody is above it"),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """One stimulus after nothing: T is the mean of the drives."""
        return outcome(competition, v, sum(v) / len(v))

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """Those who share, or the one that does not lose."""
        return sharing(competition.anti_hebbian, v, g)

    def compete_all(self, competition: Any, v: Batch, memory: Mapping[str, Any]) -> Batch:
        """With new memory, history is the batch itself."""
        return of_the_batch(
            competition, v, lambda row, past: outcome(competition, row, mean_of_medians(past))
        )

    @holds
    def follows_the_median_of_the_window(self, competition: Competition) -> None:
        """After two windows of batches T is within 5 % of the exact one, and a window after a change of scale again."""
        follows_the_window(competition)

    @holds
    def is_exact_for_few_stimuli(self, competition: Competition) -> None:
        """T is the exact window's, but for rounding to half precision, for windows of up to 37 and the first 37."""
        is_exact_for_few(competition)

    @holds
    def follows_all_sorts_of_streams(self, competition: Competition) -> None:
        """T is as near to the exact window's as counting allows, if streams drift, jump, stretch or stand still."""
        if competition == type(competition)():
            follows_streams(competition, window=500, batches=(20,), stimuli=2100, every=8)
            follows_streams(competition, window=300, batches=(64,), stimuli=1300, every=2)

    @holds
    def follows_them_in_short_windows(self, competition: Competition) -> None:
        """The same for windows of 60 and 120, in batches of all sizes, for as long as it takes to count anew twice."""
        if competition == type(competition)():
            follows_streams(competition, window=60, batches=(20,), stimuli=400)
            follows_streams(competition, window=60, batches=(100, 7, 2, 31), stimuli=420)
            follows_streams(competition, window=120, batches=(7, 30), stimuli=500)

    @holds
    def remembers_stimuli_not_batches(self, competition: Competition) -> None:
        """However stimuli are cut into batches, the same is remembered; of a batch beyond the window, its end."""
        if competition == type(competition)():
            remembers_stimuli_not_batches(competition)

    @holds
    def memory_is_bounded(self, competition: Competition) -> None:
        """For the 98,304 values of a layer of 96 x 32 x 32 it keeps under 10 MB, whatever the window."""
        assert 0 < Presented(competition, neurons=96, side=32).bytes_kept < 10e6

    @holds
    def a_neuron_that_was_always_strong_raises_the_bar(self, competition: Competition) -> None:
        """What wins after weak stimuli does not after strong ones."""
        weak, strong = torch.full((20, 3, 2, 2), 0.1), torch.full((20, 3, 2, 2), 10.0)
        probe = torch.tensor([1.0, 0.5, 0.2]).view(1, 3, 1, 1).repeat(1, 1, 2, 2)
        probe[..., 1] *= 0.9
        after_weak, after_strong = (Presented(competition, 3, 2) for _ in range(2))
        after_weak.present(weak)
        after_strong.present(strong)
        assert (after_weak.present(probe) != 0).any()
        assert_close(after_strong.present(probe), torch.zeros(1, 3, 2, 2))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [TemporalClaims]

"""Softmax competition: Moraitis et al. (2022); with anti-Hebbian losers Journé et al. (2023), arXiv 2209.11883.

s = softmax(u / τ); g = -s everywhere but at the arg-max of u, where g = +s. Without the anti-Hebbian term g = +s.
"""

from math import exp, log
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, first_largest


class SoftWtaClaims(CompetitionClaims):
    """s_i = e^(b v_i) / Σ_k e^(b v_k), g = ±s, b the inverse temperature."""

    of = "soft_wta"
    cases = (
        {},
        {"anti_hebbian": False},
        {"inverse_temperature": 0.25},
        {"inverse_temperature": 12.0, "anti_hebbian": False},
        {"axis": "space"},
        {"inverse_temperature": 3.0, "anti_hebbian": False, "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [0.0, log(3.0)]},
            expected=[-0.25, 0.75],
            note="e^v = 1, 3: a quarter and three quarters; the loser with the opposite sign",
        ),
        Example(
            given={"v": [-1.0, -1.0, -1.0, -1.0]},
            expected=[0.25, -0.25, -0.25, -0.25],
            note="equal shares; the first wins",
        ),
        Example(
            given={"v": [0.0, log(3.0)]},
            expected=[0.25, 0.75],
            parameters={"anti_hebbian": False},
            note="all learn with the same sign",
        ),
        Example(
            given={"v": [log(16.0), 0.0, log(9.0)]},
            expected=[0.5, -0.125, -0.375],
            parameters={"inverse_temperature": 0.5},
            note="e^(v/2) = 4, 1, 3, together 8",
        ),
        Example(
            given={"v": [0.0, log(3.0)]},
            expected=[0.1, 0.9],
            parameters={"inverse_temperature": 2.0, "anti_hebbian": False},
            note="e^(2v) = 1, 9, together 10",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """The softmax with the largest drive subtracted, which changes nothing but keeps e^ finite."""
        winner = first_largest(v)
        powers = [exp(competition.inverse_temperature * (drive - v[winner])) for drive in v]
        whole = sum(powers)
        g = []
        for i in range(len(v)):
            share = powers[i] / whole
            g.append(-share if competition.anti_hebbian and i != winner else share)
        return g

    @holds
    def shares_sum_to_one(self, competition: Competition) -> None:
        """The shares sum to 1, also where drives are large, far apart or negative."""
        g = activities(competition, [1.0, 0.5, -2.0], [1e4, -1e4, 9e3], [-700.0, -701.0, -702.0])
        assert_close(g.abs().sum(1), torch.ones(3, dtype=torch.float64))

    @holds
    def only_the_winner_is_positive(self, competition: Competition) -> None:
        """With anti-Hebbian losers one share is positive, without them all are."""
        anti_hebbian = competition.anti_hebbian  # type: ignore[attr-defined]
        g = activities(competition, [1.0, 0.5, 0.75], [0.25, 0.25, 0.25])
        expected = [[True, False, False]] * 2 if anti_hebbian else [[True] * 3] * 2
        assert (g > 0).tolist() == expected, g

    @holds
    def cold_is_hard(self, competition: Competition) -> None:
        """For a large inverse temperature it is a hard, binary winner-take-all."""
        cold = competition.model_copy(update={"inverse_temperature": 1e5})
        g = activities(cold, [1.0, 0.5, 1.001], [-3.0, -2.0, -4.0])
        assert_close(g, torch.tensor([[0.0, 0, 1], [0, 1, 0]], dtype=torch.float64))

    @holds
    def hot_is_even(self, competition: Competition) -> None:
        """For a small inverse temperature all have the same share."""
        hot = competition.model_copy(update={"inverse_temperature": 1e-12})
        g = activities(hot, [1.0, 0.5, -2.0, 7.0])
        assert_close(g.abs(), torch.full((1, 4), 0.25, dtype=torch.float64))

    @holds
    def only_differences_count(self, competition: Competition) -> None:
        """The same added to all drives changes nothing."""
        v = [1.0, 0.5, -2.0]
        assert_close(activities(competition, [d + 8.0 for d in v]), activities(competition, v))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftWtaClaims]

"""Softmax as a mask: activity times the softmax of Moraitis et al. (2022), Neuromorph. Comput. Eng. 2, 044017."""

from math import exp, log
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities, first_largest, sharing


class SoftmaxMaskClaims(CompetitionClaims):
    """g = v s, s = e^(b v) / Σ e^(b v); with anti-Hebbian losers -v s for all but the largest v."""

    of = "softmax_mask"
    cases = (
        {},
        {"inverse_temperature": 0.3},
        {"inverse_temperature": 5.0, "anti_hebbian": True},
        {"axis": "space"},
        {"anti_hebbian": True, "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [0.0, log(3.0)]},
            expected=[0.0, 0.823959217],
            note="e^v = 1, 3: a quarter of 0, three quarters of 1.098612289",
        ),
        Example(
            given={"v": [-2.0, -2.0]}, expected=[-1.0, -1.0], note="half of -2 each: the sign stays"
        ),
        Example(
            given={"v": [log(4.0), 0.0]},
            expected=[0.924196241, 0.0],
            parameters={"inverse_temperature": 0.5},
            note="e^(v/2) = 2, 1: two thirds of 1.386294361",
        ),
        Example(
            given={"v": [1.0, 1.0, 1.0, 1.0]},
            expected=[0.25, -0.25, -0.25, -0.25],
            parameters={"anti_hebbian": True},
            note="a quarter each; the first of equals wins",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """A share of one's own drive; the largest is subtracted to keep e^ finite."""
        winner = first_largest(v)
        powers = [exp(competition.inverse_temperature * (drive - v[winner])) for drive in v]
        g = []
        for i in range(len(v)):
            masked = v[i] * powers[i] / sum(powers)
            g.append(-masked if competition.anti_hebbian and i != winner else masked)
        return g

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """Those who share, or the one that does not lose."""
        return sharing(competition.anti_hebbian, v, g)

    @holds
    def cold_leaves_the_winners_drive(self, competition: Competition) -> None:
        """For a large inverse temperature the winner has its drive, and the others nothing."""
        cold = competition.model_copy(update={"inverse_temperature": 1e5})
        g = activities(cold, [1.0, 0.5, 1.001], [-3.0, -2.0, -4.0])
        assert_close(g, torch.tensor([[0.0, 0, 1.001], [0, -2.0, 0]], dtype=torch.float64))

    @holds
    def hot_divides_by_the_number(self, competition: Competition) -> None:
        """For a small inverse temperature everyone has its drive over the number of neurons."""
        hot = competition.model_copy(update={"inverse_temperature": 1e-12})
        g = activities(hot, [1.0, 0.5, -2.0, 7.0])
        expected = torch.tensor([[0.25, 0.125, 0.5, 1.75]], dtype=torch.float64)
        assert_close(g.abs(), expected)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftmaxMaskClaims]

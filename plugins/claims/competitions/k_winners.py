"""k-winners with boosting: Ahmad & Scheinkman (2019), arXiv 1903.11257.

Winners by u e^(b (p - duty)), duty the running share of wins, p = k / n; what they have is u.
"""

from collections.abc import Mapping
from math import exp
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, Neuron, holds
from neuroplast_plugins.claims.competitions.groups import positive, taken
from neuroplast_plugins.claims.competitions.streams import Presented


class KWinnersClaims(CompetitionClaims):
    """The k largest boosted drives win; duty moves towards the share of wins, as far per batch as per stimulus."""

    of = "k_winners"
    cases = (
        {},
        {"k": 2, "strength": 3.0, "time_constant": 4.0},
        {"activity": "binary", "strength": 0.5, "time_constant": 2.0},
        {"k": 2, "anti_hebbian": True, "time_constant": 10.0},
        {"activity": "binary", "anti_hebbian": True, "time_constant": 2.0},
    )
    examples = (
        Example(
            given={"v": [0.2, -1.0, 3.0]},
            expected=[0.0, 0.0, 3.0],
            note="new memory boosts all alike, and the winner has its drive, not the boosted one",
        ),
        Example(
            given={"v": [1.0, 0.8], "memory": {"duty": [0.9, 0.1]}},
            expected=[0.0, 0.8],
            note="p = 1/2: 1·e^-0.4 = 0.670 against 0.8·e^0.4 = 1.193",
        ),
        Example(
            given={"v": [1.0, 0.8], "memory": {"duty": [0.6, 0.5]}},
            expected=[1.0, 0.0],
            note="e^-0.1 = 0.905 against 0.8: too little to turn it",
        ),
        Example(
            given={"v": [1.0, 0.8], "memory": {"duty": [0.9, 0.1]}},
            expected=[1.0, 0.0],
            parameters={"strength": 0.0, "activity": "binary"},
            note="without strength duty does not matter",
        ),
        Example(
            given={"v": [2.0, 1.0, 1.5], "memory": {"duty": [1.0, 0.0, 1.0]}},
            expected=[2.0, 1.0, -1.5],
            parameters={"k": 2, "strength": 3.0, "anti_hebbian": True},
            note="p = 2/3: 2·e^-1 = 0.736, 1·e^2 = 7.389, 1.5·e^-1 = 0.552, which loses",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """With new memory all are boosted alike, so it is the k largest."""
        return self._winners(competition, v, [0.0] * len(v))

    def won(self, competition: Any, v: list[float], g: list[float]) -> list[bool]:
        """With new memory the k largest, but for those whose drive is negative."""
        return positive(taken(competition.k, v), g)

    def compete_remembering(
        self, competition: Any, v: list[float], memory: Mapping[str, Any]
    ) -> list[float]:
        """Boosted by the duty of each."""
        return self._winners(competition, v, memory["duty"])

    def _winners(self, competition: Any, v: list[float], duty: list[float]) -> list[float]:
        """Take the largest boosted drive, k times; of equal ones the first."""
        sizes = list(v) if competition.activity == "drive" else [1.0] * len(v)
        g = [-size if competition.anti_hebbian else 0.0 for size in sizes]
        share = competition.k / len(v)
        left = [v[i] * exp(competition.strength * (share - duty[i])) for i in range(len(v))]
        for winner in taken(competition.k, left):
            g[winner] = sizes[winner]
        return g

    def remember(self, competition: Any, n: Neuron) -> dict[str, float]:
        """Duty goes 1 - (1 - 1/τ)^stimuli of the way to the share of wins in this batch.

        A win is a g above 0; that of an anti-Hebbian loser, minus its drive, is none.
        """
        signed = competition.anti_hebbian and competition.activity == "drive"
        won = [g > 0 and (v > 0 or not signed) for g, v in zip(n.g, n.v, strict=True)]
        wins = sum(won) / len(won)
        way = 1 - (1 - 1 / competition.time_constant) ** n.stimuli
        return {"duty": n.memory["duty"] + way * (wins - n.memory["duty"])}

    @holds
    def boosting_gives_everyone_a_share(self, competition: Competition) -> None:
        """A neuron that is always driven least wins too, unless strength is 0; then it never does."""
        drives = torch.tensor([[1.0, 0.99, 0.98, 0.97]])
        fair = competition.model_copy(update={"strength": 10.0, "time_constant": 20.0})
        unfair = competition.model_copy(update={"strength": 0.0})
        wins = [Presented(part, 4).wins(drives, times=200) for part in (fair, unfair)]
        assert min(wins[0]) > 0, wins[0]
        assert wins[1][3] == 0, wins[1]

    @holds
    def duty_comes_to_k_of_n_on_average(self, competition: Competition) -> None:
        """With k winners of n each time, the mean duty cycle comes to k / n."""
        short = competition.model_copy(update={"time_constant": 5.0})
        presented = Presented(short, 4)
        presented.wins(torch.tensor([[1.0, 0.9, 0.8, 0.7]]), times=100)
        mean = float(presented.memory("duty").mean())
        assert_close(mean, competition.k / 4, atol=1e-4, rtol=0.0)  # type: ignore[attr-defined]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [KWinnersClaims]

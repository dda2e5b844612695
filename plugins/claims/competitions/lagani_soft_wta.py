"""Soft winner-take-all in the code of Lagani et al. (2021), in the demonstration of HPCA and soft-WTA.

r = softmax over o of (50 y); c = r / Σ_t r; dw = Σ_t c r x - (Σ_t c r) w, t over batch and positions: g = c r.
"""

from collections.abc import Mapping
from math import exp, log
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Competition, State, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import first_largest

Batch = list[list[list[float]]]


class LaganiSoftWtaClaims(CompetitionClaims):
    """g = r² / Σ r, the sum over all that the neuron was presented with in this batch."""

    of = "lagani_soft_wta"
    cases = (
        {},
        {"inverse_temperature": 1.0},
        {"inverse_temperature": 2.0, "axis": "space"},
    )
    examples = (
        Example(
            given={"v": [0.0, log(3.0)]},
            expected=[0.25, 0.75],
            parameters={"inverse_temperature": 1.0},
            note="alone in its batch, r²/r = r: e^v = 1, 3, together 4",
        ),
        Example(
            given={"v": [0.0, log(3.0) / 50]},
            expected=[0.25, 0.75],
            note="1/τ is 50, so drives a fiftieth as far apart give the same shares",
        ),
        Example(
            given={"v": [1.0, 1.0, 1.0, 1.0]},
            expected=[0.25, 0.25, 0.25, 0.25],
            note="equal shares",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """One stimulus at one position: r · r / r."""
        return self._shares(competition, v)

    def compete_all(self, competition: Any, v: Batch, memory: Mapping[str, Any]) -> Batch:
        """Shares in every group, then over the sum of the neuron's own shares."""
        if competition.axis == "space":
            r = [[self._shares(competition, row) for row in stimulus] for stimulus in v]
        else:
            r = []
            for stimulus in v:
                columns = [self._shares(competition, list(c)) for c in zip(*stimulus, strict=True)]
                r.append([list(row) for row in zip(*columns, strict=True)])
        totals = [sum(sum(stimulus[i]) for stimulus in r) for i in range(len(v[0]))]
        return [
            [[share * share / totals[i] for share in stimulus[i]] for i in range(len(stimulus))]
            for stimulus in r
        ]

    def _shares(self, competition: Any, v: list[float]) -> list[float]:
        top = v[first_largest(v)]
        powers = [exp(competition.inverse_temperature * (drive - top)) for drive in v]
        return [power / sum(powers) for power in powers]

    @holds
    def two_stimuli_by_hand(self, competition: Competition) -> None:
        """Shares (1/4, 3/4) and (1/2, 1/2): neuron 0 has (1/16)/(3/4) and (1/4)/(3/4), neuron 1 over 5/4."""
        plain = competition.model_copy(update={"inverse_temperature": 1.0, "axis": "channels"})
        v = torch.tensor([[0.0, log(3.0)], [7.0, 7.0]], dtype=torch.float64)
        g = plain.compete(v, State({}))
        expected = torch.tensor([[1 / 12, 9 / 20], [1 / 3, 1 / 5]], dtype=torch.float64)
        assert_close(g, expected)

    @holds
    def repeated_stimuli_share_one_step(self, competition: Competition) -> None:
        """A batch of n times the same stimulus adds up to what it gives once: it is a weighted mean."""
        v = torch.tensor([[[[0.1, 0.2]], [[0.15, 0.0]]]], dtype=torch.float64)
        once = competition.compete(v, State({}))
        often = competition.compete(v.expand(5, 2, 1, 2), State({}))
        assert_close(often.sum(0, keepdim=True), once)

    @holds
    def the_coefficients_are_a_mean_by_share(self, competition: Competition) -> None:
        """Σ_t g / r is 1 for every neuron: each goes by a mean of its shares, and g is at most r."""
        v = torch.tensor([[0.02, 0.0, 0.01], [0.0, 0.05, 0.01]], dtype=torch.float64)[
            :, :, None, None
        ]
        if competition.axis == "space":  # type: ignore[attr-defined]
            return  # with one position every share is 1
        r = (v * competition.inverse_temperature).softmax(1)  # type: ignore[attr-defined]
        g = competition.compete(v, State({}))
        assert_close((g / r).sum(0), torch.ones(3, 1, 1, dtype=torch.float64))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LaganiSoftWtaClaims]

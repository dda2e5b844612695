"""Reward by choice: the neuron with the largest mean response is what was chosen; Frémaux & Gerstner (2016)."""

from typing import Any

import torch

from neuroplast import Signal, hookimpl
from neuroplast.testing import Claims, Example, SignalClaims, holds


class RewardClaims(SignalClaims):
    """`correct` where the first of the largest mean responses is the label's, else `wrong`."""

    of = "reward"
    cases = ({}, {"correct": 0.5, "wrong": 0.0}, {"correct": 2.0, "wrong": -3.0})
    examples = (
        Example(
            given={"label": 1, "y": [0.2, 0.9, 0.1]}, expected=1.0, note="neuron 1 is the largest"
        ),
        Example(
            given={"label": 0, "y": [0.2, 0.9, 0.1]}, expected=-1.0, note="neuron 1 is, and not 0"
        ),
        Example(
            given={"label": 2, "y": [-3.0, -1.0, -0.5]},
            expected=0.25,
            parameters={"correct": 0.25, "wrong": -7.0},
            note="the largest of negative responses is neuron 2's",
        ),
        Example(
            given={"label": 1, "y": [0.5, 0.5]},
            expected=-1.0,
            note="of equal ones the first counts",
        ),
    )

    def signal(self, signal: Any, label: int, y: list[float]) -> float:
        """What the choice is worth."""
        chosen = 0
        for i in range(len(y)):
            if y[i] > y[chosen]:
                chosen = i
        if chosen == label:
            return float(signal.correct)
        return float(signal.wrong)

    @holds
    def positions_are_averaged(self, signal: Signal) -> None:
        """The mean over positions decides, not the largest of them all."""
        response = torch.tensor([[[3.0, 0.0], [2.0, 2.0]]])  # means 1.5 and 2
        factors = [float(signal.signal(torch.tensor([n]), response).flatten()[0]) for n in (0, 1)]
        assert factors == [signal.wrong, signal.correct]  # type: ignore[attr-defined]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [RewardClaims]

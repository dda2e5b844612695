"""Thresholds by channel that move with the share of wins: Miconi (2021), arXiv 2107.01729 (facts.md 1.4).

v = u - θ, θ from 0; θ <- θ + 3 (mean of the binary activity over batch and positions - winners / channels), once per
batch.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Dynamics, build_layer, hookimpl
from neuroplast.testing import Claims, DynamicsClaims, Example, Neuron, holds


class AdaptiveThresholdClaims(DynamicsClaims):
    """A neuron that wins more than its share becomes harder to drive."""

    of = "adaptive_threshold"
    cases = ({}, {"rate": 0.5, "target": 0.25}, {"rate": 1.0, "winners": 2})
    examples = (
        Example(given={"u": [0.5, -1.0]}, expected=[0.5, -1.0], note="thresholds start at 0"),
        Example(
            given={"u": [0.5, -1.0, 2.0], "memory": {"theta": [0.2, -1.5, 2.0]}},
            expected=[0.3, 0.5, 0.0],
            note="0.5 - 0.2, -1 + 1.5, 2 - 2",
        ),
    )

    def integrate(
        self, dynamics: Any, u: list[list[float]], memory: Mapping[str, Any]
    ) -> list[list[float]]:
        """One threshold for each neuron, at all its positions."""
        return [[x - theta for x in row] for row, theta in zip(u, memory["theta"], strict=True)]

    def remember(self, dynamics: Any, n: Neuron) -> dict[str, float]:
        """A win is a g above 0, however large."""
        target = dynamics.winners / len(n.layer) if dynamics.target is None else dynamics.target
        share = sum(1 for g in n.g if g > 0) / len(n.g)
        return {"theta": n.memory["theta"] + dynamics.rate * (share - target)}

    @holds
    def everyone_comes_to_a_share(self, dynamics: Dynamics) -> None:
        """Of four neurons, of which one is always driven most, each comes to win a quarter, if winners share alike."""
        layer = build_layer(
            (4,),
            synapse={"kind": "dense", "neurons": 4},
            dynamics=[dynamics.model_copy(update={"rate": 0.1, "target": None, "winners": 1})],
            competition={"kind": "hard_wta", "activity": "binary"},
            population="winners",
        )
        layer.w.copy_(torch.eye(4))
        drives = torch.tensor([[2.0, 1.0, 0.5, 0.0]])
        for _ in range(400):
            layer.learn(drives)
        wins = torch.cat([layer.learn(drives) for _ in range(400)])
        assert_close(wins.mean(0), torch.full((4,), 0.25), atol=0.02, rtol=0.0)
        theta = layer.state["dynamics.0.theta"]
        assert_close(theta.sum(), torch.tensor(0.0), atol=1e-4, rtol=0.0)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [AdaptiveThresholdClaims]

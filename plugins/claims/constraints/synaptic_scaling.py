"""Synaptic scaling: Turrigiano (2008), Cell 135, 422-435 (facts.md 4c), with rates, and bounded (N33).

w_i <- w_i (1 + eps (target - a_i)), a_i the running mean activity, rates not negative, the factor in [0.99, 1.01].
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from neuroplast import Constraint, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, holds


class SynapticScalingClaims(ConstraintClaims):
    """All weights of a neuron are multiplied alike: up where it is too quiet, down where it is too active."""

    of = "synaptic_scaling"
    cases = (
        {},
        {"target": 1.0, "rate": 0.05, "time_constant": 2.0},
        {"target": 0.5, "rate": 1.0, "time_constant": 10.0},
    )
    counts = "neurons"
    examples = (
        Example(
            given={"w": [[1.0, -2.0], [0.5, 0.0]], "memory": {"activity": [1e6, 1e6]}},
            expected=[[0.99, -1.98], [0.495, 0.0]],
            parameters={"rate": 1.0},
            note="far too active: a hundredth less, and no sign turns",
        ),
        Example(
            given={"w": [[1.0, -2.0], [0.5, 0.0]], "memory": {"activity": [-1e6, -1e6]}},
            expected=[[1.01, -2.02], [0.505, 0.0]],
            parameters={"rate": 1.0},
            note="no more than a hundredth up, either",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Whatever they are, the next step may change them."""
        raise NotApplicable("any weights will do")

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """By the activity that includes this step."""
        factor = 1 + constraint.rate * (constraint.target - self._activity(constraint, n))
        return [v * min(max(factor, 0.99), 1.01) for v in n.w]

    def remember(self, constraint: Any, n: Neuron) -> Mapping[str, Any]:
        """As far per batch as per stimulus."""
        return {"activity": self._activity(constraint, n)}

    def _activity(self, constraint: Any, n: Neuron) -> float:
        mean = sum(max(v, 0.0) for v in n.v) / len(n.v)
        way = 1 - (1 - 1 / constraint.time_constant) ** n.stimuli
        before = float(n.memory["activity"])
        return before + float(way) * (mean - before)

    @holds
    def starts_at_its_target_and_counts_whom_it_scales(self, constraint: Constraint) -> None:
        """Of neurons at the target, above it, and without weights, only the second changes."""
        layer = build_layer(
            (1,),
            synapse={"kind": "dense", "neurons": 3},
            rule="hebb",
            competition="none",
            scaling="sum",
            rate={"kind": "constant", "eta": 1e-30},
            constraints=[constraint],
        )
        target = constraint.target  # type: ignore[attr-defined]
        assert torch.equal(layer.state["constraints.0.activity"], torch.full((3,), target))
        layer.w.copy_(torch.tensor([[target], [3 * target], [0.0]]))
        before = layer.w.clone()
        for _ in range(20):
            layer.learn(torch.ones(1, 1))
        assert torch.equal(layer.w == before, torch.tensor([[True], [False], [True]]))
        assert int(layer.projections[0].corrected) == 20


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SynapticScalingClaims]

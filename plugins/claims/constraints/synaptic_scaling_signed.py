"""Synaptic scaling of Nimmo (2024) as coded (facts.md 3.3, N33).

a <- 0.9 a + 0.1 mean y; w *= 1 + 0.001 (0.1 / (a + 1e-6) - 1).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from neuroplast import Constraint, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, holds


class SynapticScalingSignedClaims(ConstraintClaims):
    """The activity has its sign, and divides."""

    of = "synaptic_scaling_signed"
    cases = ({}, {"target": 0.5, "rate": 1e-4}, {"target": -0.5, "rate": 1e-4})
    counts = "neurons"
    examples = (
        Example(
            given={"w": [[1.0, -2.0]], "memory": {"activity": [1e6]}},
            expected=[[0.999, -1.998]],
            note="far too active: 0.1 / 9e5 is nothing beside 1, so 1 - 0.001 whatever the rest",
        ),
        Example(
            given={"w": [[1.0, -2.0]], "memory": {"activity": [-1e6]}},
            expected=[[0.999, -1.998]],
            note="far too little: the same, and not the other way",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Whatever they are, the next step may change them."""
        raise NotApplicable("any weights will do")

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """By the activity that includes this step."""
        lack = constraint.target / (self._activity(n) + 1e-6) - 1
        return [v * (1 + constraint.rate * lack) for v in n.w]

    def remember(self, constraint: Any, n: Neuron) -> Mapping[str, Any]:
        """A tenth of the way in every step, however many stimuli it has."""
        return {"activity": self._activity(n)}

    def _activity(self, n: Neuron) -> float:
        return 0.9 * float(n.memory["activity"]) + 0.1 * sum(n.v) / len(n.v)

    @holds
    def explodes_near_zero_and_turns_below(self, constraint: Constraint) -> None:
        """A mean response of 1e-4 in the first step multiplies by 1 + rate (target / 1.1e-5 - 1), of -1e-4 turns it."""
        target, rate = 0.1, 0.001
        published = type(constraint)(target=target, rate=rate)  # type: ignore[call-arg]
        for response in (1e-4, -1e-4):
            layer = build_layer(
                (1,),
                synapse={"kind": "dense", "neurons": 1},
                rule="hebb",
                competition="none",
                scaling="sum",
                rate={"kind": "constant", "eta": 1e-30},
                constraints=[published],
            )
            layer.w.fill_(1.0)
            layer.learn(torch.tensor([[response]]))
            a = 0.1 * response + 1e-6
            expected = 1 + rate * (target / a - 1)
            assert abs(float(layer.w) / expected - 1) < 1e-4
            assert (expected > 0) == (response > 0)

    @holds
    def counts_whom_it_scales(self, constraint: Constraint) -> None:
        """Of a neuron at the target, one above it, and one without weights, only the second changes."""
        layer = build_layer(
            (1,),
            synapse={"kind": "dense", "neurons": 3},
            rule="hebb",
            competition="none",
            scaling="sum",
            rate={"kind": "constant", "eta": 1e-30},
            constraints=[constraint],
        )
        # at the target the guard of 1e-6 asks for a change by 1e-8 at most, which 1 in float32 does not show
        target = constraint.target  # type: ignore[attr-defined]
        layer.state["constraints.0.activity"].fill_(target)
        layer.w.copy_(torch.tensor([[target], [30 * target], [0.0]]))
        before = layer.w.clone()
        layer.learn(torch.ones(1, 1))
        assert torch.equal(layer.w == before, torch.tensor([[True], [False], [True]]))
        assert int(layer.projections[0].corrected) == 1


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SynapticScalingSignedClaims]

"""A fixed random mask: Miconi (2021), each weight kept with the same probability, drawn once (facts.md 1.4)."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import torch

from neuroplast import Constraint, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, Site, holds


class MaskClaims(ConstraintClaims):
    """What was not drawn at the start stays at 0."""

    of = "mask"
    cases = ({"kept": 0.5}, {"kept": 0.9}, {"kept": 1.0})
    counts = "values"
    examples = (
        Example(
            given={"w": [[1.0, -0.25], [0.5, 3.0]], "memory": {"mask": [[1.0, 0.0], [0.0, 1.0]]}},
            expected=[[1.0, 0.0], [0.0, 3.0]],
            note="two of four synapses exist",
        ),
        Example(
            given={"w": [[1.0, -0.25]], "memory": {"mask": [[1.0, 1.0]]}},
            expected=[[1.0, -0.25]],
            parameters={"kept": 1.0},
            note="all of them",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Chance decides which weights are 0."""
        raise NotApplicable("chance decides which weights are 0")

    def start(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """Chance decides, unless all are kept."""
        return w if constraint.kept == 1.0 else None

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """By the mask."""
        return [v * m for v, m in zip(n.w, n.memory["mask"], strict=True)]

    def remember_synapse(self, constraint: Any, s: Sequence[Site]) -> Mapping[str, Any]:
        """Never drawn again."""
        return {"mask": s[0].memory["mask"]}

    @holds
    def keeps_the_share_asked_for(self, constraint: Constraint) -> None:
        """Of 40,000 synapses the share that exists is within 5 standard errors of `kept`, and so in each quarter."""
        kept = constraint.kept  # type: ignore[attr-defined]
        layer = build_layer(
            (200,), synapse={"kind": "dense", "neurons": 200}, constraints=[constraint]
        )
        there = (layer.w != 0).float()
        error = sqrt(kept * (1 - kept))
        assert abs(float(there.mean()) - kept) <= 5 * error / 200
        for quarter in (there[:100, :100], there[100:, :100], there[:100, 100:], there[100:, 100:]):
            assert abs(float(quarter.mean()) - kept) <= 5 * error / 100
        assert torch.equal(there, layer.state["constraints.0.mask"])


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MaskClaims]

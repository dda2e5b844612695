"""No synapse of a neuron with itself: the diagonal of weights within a layer is 0 (Földiák 1990: w_ik for i != k)."""

from collections.abc import Sequence
from typing import Any

import torch

from neuroplast import Constraint, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, holds


class NoAutapsesClaims(ConstraintClaims):
    """w_ii = 0; of a kernel its middle, where the neuron would hear itself at the same position."""

    of = "no_autapses"
    counts = "values"
    examples = (
        Example(
            given={"w": [[1.0, 2.0], [3.0, 4.0]]},
            expected=[[0.0, 2.0], [3.0, 0.0]],
            note="the diagonal",
        ),
        Example(
            given={"w": [[0.0, 2.0, -1.0], [3.0, -4.0, 0.5], [1.0, 1.0, 1e-9]]},
            expected=[[0.0, 2.0, -1.0], [3.0, 0.0, 0.5], [1.0, 1.0, 0.0]],
            note="two of three were there",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Which weight it is depends on the neuron."""
        raise NotApplicable("which weight is 0 depends on the neuron")

    def start(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """Which weight it is depends on the neuron; see the statement."""
        return None

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """Inputs are the neurons; the middle of a kernel of odd sides is the middle of its values."""
        kernel = len(n.w) // len(n.layer)
        own = n.neuron * kernel + kernel // 2
        return [0.0 if j == own else v for j, v in enumerate(n.w)]

    @holds
    def starts_without_autapses(self, constraint: Constraint) -> None:
        """Initial weights within a layer have a diagonal of 0 and are what they were elsewhere."""
        first, without = (_among(constraints) for constraints in ([], [constraint]))
        assert torch.equal(without, first * (1 - torch.eye(4)))


def _among(constraints: Any) -> Any:
    """The initial weights of four neurons to each other."""
    layer = build_layer(
        (3,),
        projections=[
            {"name": "in", "synapse": {"kind": "dense", "neurons": 4}},
            {
                "name": "among",
                "from": "self",
                "synapse": {"kind": "dense", "neurons": 4},
                "constraints": constraints,
            },
        ],
        settle={"steps": 2},
    )
    return layer.state["among.w"]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NoAutapsesClaims]

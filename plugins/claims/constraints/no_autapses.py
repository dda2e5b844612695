"""No synapse of a neuron with itself: the diagonal of weights within a layer is 0 (Földiák 1990: w_ik for i != k)."""

from collections.abc import Sequence
from typing import Any

import torch

from neuroplast import Constraint, ConstraintContext, Fit, build_layer, hookimpl
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

    @holds
    def knows_neurons_in_groups_and_kernels(self, constraint: Constraint) -> None:
        """In groups of two channels neuron 2 is the first channel of its group; the middle of 5 x 3 is at (2, 1)."""
        shape = (4, 2, 5, 3)
        constraint.check(Fit((4, 6, 6), input_shape=(4, 6, 6), weight_shape=shape, recurrent=True))
        w, expected = torch.ones(shape), torch.ones(shape)
        for neuron, channel in enumerate((0, 1, 0, 1)):
            expected[neuron, channel, 2, 1] = 0.0
        assert int(constraint.enforce(w, ConstraintContext(torch.Generator()))) == 4
        assert torch.equal(w, expected)


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

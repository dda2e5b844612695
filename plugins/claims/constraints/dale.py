"""Dale's principle: a neuron excites all its targets, or inhibits all.

Eccles, Fatt & Koketsu (1954), J. Physiol. 126, 524-562; as signs of the columns of w, with what a step takes across
zero set to 0, Song, Yang & Wang (2016), PLoS Comput. Biol. 12, e1004792.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from neuroplast import (
    ConfigurationError,
    Constraint,
    ConstraintContext,
    State,
    build_layer,
    hookimpl,
)
from neuroplast.testing import (
    Claims,
    ConstraintClaims,
    Example,
    Input,
    Neuron,
    NotApplicable,
    holds,
)


class DaleClaims(ConstraintClaims):
    """s_j w_ij >= 0, s_j the sign of input j: that of its neuron, or drawn at birth where a ratio is given."""

    of = "dale"
    cases = ({}, {"ratio": 0.75}, {"ratio": 0.0}, {"ratio": 1.0})
    counts = "values"
    examples = (
        Example(
            given={
                "w": [[2.0, 3.0, -1.0], [-0.5, 1.0, 0.0]],
                "signs": [-1, 1, -1],
                "memory": {"signs": [-1.0, 1.0, -1.0]},
            },
            expected=[[0.0, 3.0, -1.0], [-0.5, 1.0, 0.0]],
            note="by column: inputs 1 and 3 inhibit, 2 excites; 2 > 0 from the first is clipped",
        ),
        Example(
            given={"w": [[2.0, -3.0]], "memory": {"signs": [1.0, 1.0]}},
            expected=[[2.0, 0.0]],
            parameters={"ratio": 1.0},
            note="all excite",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Each weight has the sign of its input or is 0; chance decides which that is where it is drawn."""
        known = _known(constraint, len(w), signs)
        if known is None:
            raise NotApplicable("chance decides which inputs excite")
        return all(v * s >= 0 for v, s in zip(w, known, strict=True))

    def start(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """Magnitudes stay."""
        known = _known(constraint, len(w), signs)
        return None if known is None else [abs(v) * s for v, s in zip(w, known, strict=True)]

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """What has the other sign becomes 0."""
        each = len(n.w) // len(n.memory["signs"])
        own = [sign for sign in n.memory["signs"] for _ in range(each)]
        return [v if v * s > 0 else 0.0 for v, s in zip(n.w, own, strict=True)]

    def remember_input(self, constraint: Any, n: Input) -> Mapping[str, Any]:
        """Fixed at birth."""
        return {"signs": n.memory["signs"]}

    @holds
    def draws_the_share_asked_for(self, constraint: Constraint) -> None:
        """Of 40 inputs whose signs are drawn, just the share asked for excites all targets, others by seed."""
        ratio = constraint.ratio  # type: ignore[attr-defined]
        if ratio is None:
            return
        signs = []
        for seed in range(3):
            layer = build_layer(
                (40,), seed=seed, synapse={"kind": "dense", "neurons": 5}, constraints=[constraint]
            )
            signs.append(layer.state["constraints.0.signs"])
            assert int((signs[-1] == 1).sum()) == round(40 * ratio)
            assert int((signs[-1] == -1).sum()) == 40 - round(40 * ratio)
            assert bool((layer.w.sign() == signs[-1]).all())
        assert 0 < ratio < 1 or torch.equal(signs[0], signs[1])
        assert ratio in (0, 1) or not torch.equal(signs[0], signs[1])

    @holds
    def knows_the_inputs_of_groups(self, constraint: Constraint) -> None:
        """Neurons of the second of two groups have the second two inputs; channels laid flat each have their own."""
        if constraint.ratio is not None:  # type: ignore[attr-defined]
            return
        in_groups = torch.tensor([[1.0, -1.0]] * 3 + [[-1.0, -1.0]] * 3)
        flat = torch.tensor([[1.0, 1.0, 1.0, -1.0, -1.0, -1.0]] * 2)
        for signs, inputs, expected in (
            ([1, -1, -1, -1], 4, in_groups),
            ([1, -1, -1, -1], 4, in_groups.view(6, 2, 1, 1).expand(6, 2, 3, 2)),
            ([1, -1], 6, flat),
        ):
            w = torch.full(expected.shape, -2.0)
            memory = State({"signs": torch.zeros(inputs)})
            context = ConstraintContext(torch.Generator(), torch.tensor(signs), memory)
            constraint.start(w, context)
            assert torch.equal(w, 2 * expected)
            clipped = torch.ones_like(w)
            assert int(constraint.enforce(clipped, context)) == int((expected < 0).sum())
            assert torch.equal(clipped, expected.clamp_min(0))

    @holds
    def comes_after_what_turns_signs(self, constraint: Constraint) -> None:
        """A process that turns signs may come before it, and not after it."""
        if constraint.ratio is None:  # type: ignore[attr-defined]
            return
        turning, harmless = "synaptic_scaling_signed", {"kind": "clip", "high": 10.0}
        assert _accepted([turning, constraint, harmless])
        assert _accepted([harmless, turning, constraint])
        assert not _accepted([constraint, turning])
        assert not _accepted([harmless, constraint, harmless, turning])


def _accepted(constraints: Any) -> bool:
    try:
        build_layer((4,), synapse={"kind": "dense", "neurons": 3}, constraints=constraints)
    except ConfigurationError:
        return False
    return True


def _known(constraint: Any, synapses: int, signs: Sequence[int] | None) -> Sequence[int] | None:
    """The signs, where they are not drawn or leave no choice."""
    if constraint.ratio is None:
        return signs
    return [1 if constraint.ratio else -1] * synapses if constraint.ratio in (0, 1) else None


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DaleClaims]

"""Synapses that move to where activity coincides; replacing poor synapses: Poirazi & Mel (2001), Neuron 29, 779-796."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import torch

from neuroplast import (
    Constraint,
    ConstraintContext,
    Layer,
    State,
    build_layer,
    hookimpl,
)
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, Site, holds
from neuroplast_plugins.claims.constraints.replacements import hold_replaced, set_up


class GrowActiveClaims(ConstraintClaims):
    """As many synapses at any time as at the start: the weakest go, and come where Σ max(g, 0) |x| is largest."""

    of = "grow_active"
    cases = ({"every": 2}, {"kept": 0.3, "share": 0.4, "every": 1}, {})
    counts = "values"
    exceptions = {
        f"changes and reads the memory that it declares [{name}]": "counted for the record"
        for name in ("pruned", "grown")
    }
    unclaimed = {
        "present": "which synapses go and come is decided in the whole layer; see the statement",
        "pruned": "as many as go; see the statement",
        "grown": "as many as come; see the statement",
    }
    examples = (
        Example(
            given={"w": [[4.0, -3.0], [0.1, 2.0]], "memory": {"present": [[1.0, 0.0], [1.0, 1.0]]}},
            expected=[[4.0, 0.0], [0.1, 2.0]],
            note="between the times what does not exist is 0",
        ),
        Example(
            given={
                "w": [[4.0, -3.0], [0.1, 2.0]],
                "memory": {
                    "present": [[1.0, 0.0], [1.0, 1.0]],
                    "activity": [[0.0, 1e9], [0.0, 0.0]],
                    "steps": 1.0,
                },
            },
            expected=[[4.0, 0.0], [0.0, 2.0]],
            parameters={"every": 2, "share": 0.34},
            note="a third of three is one: 0.1 is the weakest and goes, w_12 with all the activity comes, at 0",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Chance decides at the start which weights are 0."""
        raise NotApplicable("chance and activity decide which weights are 0")

    def start(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """Chance decides."""
        return None

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """Between the times what does not exist is 0; then the other neurons decide."""
        if n.memory["steps"] + 1 >= constraint.every:
            return None
        return [v * there for v, there in zip(n.w, n.memory["present"], strict=True)]

    def remember(self, constraint: Any, n: Neuron) -> Mapping[str, Any]:
        """Steps since the last time."""
        steps = n.memory["steps"] + 1
        return {"steps": 0.0 if steps >= constraint.every else steps}

    def remember_synapse(self, constraint: Any, s: Sequence[Site]) -> Mapping[str, Any]:
        """Summed over the step, and begun anew after the time."""
        if s[0].memory["steps"] + 1 >= constraint.every:
            return {"activity": 0.0}
        together = sum(max(site.g, 0.0) * abs(site.x) for site in s)
        return {"activity": s[0].memory["activity"] + together}

    @holds
    def keeps_the_number_of_synapses(self, constraint: Constraint) -> None:
        """Whatever goes comes elsewhere, where activity is largest, and both are counted."""
        often = constraint.model_copy(update={"every": 3})
        layer = build_layer(
            (30,),
            synapse={"kind": "dense", "neurons": 20},
            competition="none",
            rule="oja",
            scaling="mean",
            rate={"kind": "constant", "eta": 1e-3},
            constraints=[often],
        )
        at_first = int(layer.state["constraints.0.present"].sum())
        x = layer.w[:4].abs() + 0.1
        for step in range(1, 31):
            before = layer.state["constraints.0.present"].clone()
            layer.learn(x)
            now = layer.state["constraints.0.present"]
            assert int(now.sum()) == at_first
            assert bool(((layer.w != 0) <= (now == 1)).all())
            assert step % 3 == 0 or bool((now == before).all())
        gone, come = (int(layer.state[f"constraints.0.{name}"]) for name in ("pruned", "grown"))
        each = constraint.share * at_first  # type: ignore[attr-defined]
        assert gone == come
        assert abs(gone / 10 - each) <= 1

    @holds
    def keeps_the_share_asked_for(self, constraint: Constraint) -> None:
        """Of 40,000 synapses the share at the start is within 5 standard errors of `kept`; they are as they were."""
        kept = constraint.kept  # type: ignore[attr-defined]
        without, layer = (
            build_layer((200,), synapse={"kind": "dense", "neurons": 200}, constraints=constraints)
            for constraints in ([], [constraint])
        )
        present = layer.state["constraints.0.present"]
        error = sqrt(kept * (1 - kept))
        for part in (present[:100, :100], present[100:, :100], present[:100, 100:]):
            assert abs(float(part.mean()) - kept) <= 5 * error / 100
        assert torch.equal(layer.w, without.w * present)

    @holds
    def replaces_the_weakest_by_the_most_active(self, constraint: Constraint) -> None:
        """Of weights as weak the first goes, whatever its sign; of synapses as active the first comes."""
        layer = _layer(constraint, (4,), {"kind": "dense", "neurons": 2}, share=0.25)
        set_up(
            layer,
            w=[[0.5, -0.2, 0.0, 0.0], [0.2, 0.0, -0.9, 0.0]],
            present=[[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]],
            activity=[[9.0, 9.0, 0.0, 0.0], [9.0, 5.0, 9.0, 5.0]],
        )
        # neuron 1 has v = 0.5 - 0.4 = 0.1, and adds 0.2 and 0.3 to what is absent; neuron 2 has v < 0 and adds nothing
        layer.learn(torch.tensor([[1.0, 2.0, 2.0, 3.0]]))
        hold_replaced(
            layer,
            w=[[0.5, 0.0, 0.0, 0.0], [0.2, 0.0, -0.9, 0.0]],
            present=[[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]],
            replaced=1,
        )

    @holds
    def replaces_no_more_than_there_is_room_for(self, constraint: Constraint) -> None:
        """Half of seven would be three, and only one is absent."""
        layer = _layer(constraint, (4,), {"kind": "dense", "neurons": 2}, share=0.5)
        set_up(
            layer,
            w=[[0.5, 0.2, 0.3, 0.4], [-0.1, 0.6, 0.9, 0.0]],
            present=[[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.0]],
            activity=[[0.0] * 4] * 2,
        )
        layer.learn(torch.ones(1, 4))
        hold_replaced(
            layer,
            w=[[0.5, 0.2, 0.3, 0.4], [0.0, 0.6, 0.9, 0.0]],
            present=[[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0]],
            replaced=1,
        )

    @holds
    def sums_activity_over_positions(self, constraint: Constraint) -> None:
        """Where v = x, a synapse's activity is the sum of x · x shifted by its place, with nothing beyond the edge."""
        synapse = {"kind": "conv2d", "neurons": 1, "kernel": 3, "padding": 1, "border": "zeros"}
        layer = _layer(constraint, (1, 2, 2), synapse, every=2)
        middle = torch.zeros(1, 1, 3, 3)
        middle[..., 1, 1] = 1.0
        set_up(layer, w=middle, present=torch.ones(1, 1, 3, 3), activity=torch.zeros(1, 1, 3, 3))
        layer.learn(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
        # 1 + 4 + 9 + 16 in the middle; 1·2 + 3·4 beside it; 1·3 + 2·4 below; 1·4 and 2·3 across
        expected = torch.tensor([[[[4.0, 11.0, 6.0], [14.0, 30.0, 14.0], [6.0, 11.0, 4.0]]]])
        torch.testing.assert_close(layer.state["constraints.0.activity"], expected)

    @holds
    def counts_steps_only(self, constraint: Constraint) -> None:
        """Enforced when there was no step, it remembers nothing."""
        names = {"present": (2, 3), "activity": (2, 3), "steps": (), "pruned": (), "grown": ()}
        memory = State({name: torch.ones(shape) for name, shape in names.items()})
        constraint.enforce(torch.ones(2, 3), ConstraintContext(torch.Generator(), memory=memory))
        assert all(bool((getattr(memory, name) == 1).all()) for name in names)


def _layer(constraint: Constraint, shape: tuple[int, ...], synapse: Any, **changed: Any) -> Layer:
    """Linear neurons that do not learn, since in float32 their rate is 0, with some parameters changed."""
    return build_layer(
        shape,
        synapse=synapse,
        competition="none",
        rule="hebb",
        scaling="sum",
        rate={"kind": "constant", "eta": 1e-60},
        constraints=[constraint.model_copy(update={"every": 1, **changed})],
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GrowActiveClaims]

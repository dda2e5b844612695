"""Synapses that move to where activity coincides; replacing poor synapses: Poirazi & Mel (2001), Neuron 29, 779-796."""

from collections.abc import Mapping, Sequence
from typing import Any

from neuroplast import Constraint, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, Site, holds


class GrowActiveClaims(ConstraintClaims):
    """As many synapses at any time as at the start: the weakest go, and come where Σ max(g, 0) |x| is largest."""

    of = "grow_active"
    cases = ({"every": 2}, {"kept": 0.3, "share": 0.4, "every": 1}, {})
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


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GrowActiveClaims]

"""Structural plasticity of Nimmo (2024) as coded (facts.md 3.3): the weakest share to 0, zeros to N(0, 1) with 0.1."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import torch

from neuroplast import Constraint, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, holds


class PruneRegrowClaims(ConstraintClaims):
    """Now and then the weakest synapses go, and absent ones come by chance."""

    of = "prune_regrow"
    cases = (
        {},
        {"share": 0.25, "regrow": 0.0},
        {"share": 0.3, "regrow": 0.5, "spread": 0.2, "every": 3},
    )
    counts = "values"
    exceptions = {
        f"changes and reads the memory that it declares [{name}]": "counted for the record"
        for name in ("pruned", "grown")
    }
    unclaimed = {
        "pruned": "which synapses go is decided in the whole layer; see the statement",
        "grown": "chance decides how many come; see the statement",
    }
    examples = (
        Example(
            given={"w": [[4.0, -3.0, 0.1, 2.0], [1.0, -0.2, 5.0, 6.0]]},
            expected=[[4.0, -3.0, 0.0, 2.0], [1.0, 0.0, 5.0, 6.0]],
            parameters={"share": 0.25, "regrow": 0.0},
            note="a quarter of 8, the weakest of the whole layer whatever their sign: 0.1 and -0.2",
        ),
        Example(
            given={"w": [[4.0, -3.0, 0.1, 2.0]], "memory": {"steps": 0.0}},
            expected=[[4.0, -3.0, 0.1, 2.0]],
            parameters={"share": 0.25, "regrow": 0.0, "every": 2},
            note="every other step, and this is the first",
        ),
        Example(
            given={"w": [[0.5, -0.5, 0.5, 0.5], [0.5, 0.5, 0.5, -0.5]]},
            expected=[[0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 0.5, -0.5]],
            parameters={"share": 0.25, "regrow": 0.0},
            note="a quarter of 8 and no more where all are equally weak: the first two",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Whatever they are, the next step may change them."""
        raise NotApplicable("any weights will do")

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """Between the times nothing; then the other neurons, and chance, decide."""
        return n.w if n.memory["steps"] + 1 < constraint.every else None

    def remember(self, constraint: Any, n: Neuron) -> Mapping[str, Any]:
        """Steps since the last time."""
        steps = n.memory["steps"] + 1
        return {"steps": 0.0 if steps >= constraint.every else steps}

    @holds
    def takes_the_weakest_and_grows_by_chance(self, constraint: Constraint) -> None:
        """Of 40,000 synapses the weakest share goes; of absent ones `regrow` comes, N(0, spread²); both are counted."""
        share, grows, spread = (getattr(constraint, n) for n in ("share", "regrow", "spread"))
        once = constraint.model_copy(update={"every": 1})
        layer = build_layer(
            (200,),
            synapse={"kind": "dense", "neurons": 200},
            initialisation={"kind": "normal", "spread": 1.0},
            rule="hebb",
            competition="none",
            scaling="sum",
            rate={"kind": "constant", "eta": 1e-30},
            constraints=[once],
        )
        before = layer.w.clone()
        layer.learn(layer.w[:1])
        weakest = before.abs().flatten().sort().values[int(share * 40_000) - 1]
        gone = before.abs() <= weakest
        assert bool((layer.w == before)[~gone].all())
        grown = layer.w[gone][layer.w[gone] != 0]
        error = sqrt(grows * (1 - grows) * int(gone.sum()))
        assert abs(len(grown) - grows * int(gone.sum())) <= 5 * error
        assert grows == 0 or abs(float(grown.std()) / spread - 1) < 5 / sqrt(2 * len(grown))
        assert int(layer.state["constraints.0.pruned"]) == int(gone.sum()) == share * 40_000
        assert int(layer.state["constraints.0.grown"]) == len(grown)

    @holds
    def prunes_only_what_is_there(self, constraint: Constraint) -> None:
        """Of the weakest four of eight one was absent already: three are pruned, and none grows without chance."""
        half = constraint.model_copy(update={"share": 0.5, "regrow": 0.0, "every": 1})
        layer = build_layer(
            (4,),
            synapse={"kind": "dense", "neurons": 2},
            rule="hebb",
            competition="none",
            scaling="sum",
            rate={"kind": "constant", "eta": 1e-30},
            constraints=[half],
        )
        layer.w.copy_(torch.tensor([[0.1, 1.0, 0.0, -1.0], [0.2, -0.3, 5.0, 4.0]]))
        layer.learn(torch.tensor([[1.0, 0.0, 0.0, 0.0]]))
        assert torch.equal(layer.w, torch.tensor([[0.0, 1.0, 0.0, -1.0], [0.0, 0.0, 5.0, 4.0]]))
        assert int(layer.state["constraints.0.pruned"]) == 3
        assert int(layer.state["constraints.0.grown"]) == 0
        assert int(layer.projections[0].corrected) == 3


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PruneRegrowClaims]

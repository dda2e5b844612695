"""Dead units come back on an input: starting on samples, Hertz, Krogh & Palmer (1991), ch. 9.2."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from neuroplast import Constraint, Layer, build_layer, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, holds


class RevivalClaims(ConstraintClaims):
    """A neuron without a win in the last `after` stimuli is turned to an input of the step, and keeps its length."""

    of = "revival"
    cases = ({}, {"after": 4}, {"after": 7})
    counts = "neurons"
    examples = (
        Example(
            given={"w": [[3.0, 4.0], [0.0, -8.0]], "memory": {"silent": [0.0, 0.0]}},
            expected=[[3.0, 4.0], [0.0, -8.0]],
            note="two stimuli are too few for anyone to be dead",
        ),
        Example(
            given={"w": [[3.0, 4.0], [0.0, -8.0]], "memory": {"silent": [900.0, 997.0]}},
            expected=[[3.0, 4.0], [0.0, -8.0]],
            note="997 and 2 more without a win are 999 at most",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Whatever they are, the next step may change them."""
        raise NotApplicable("any weights will do")

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> list[float] | None:
        """Left alone unless it is dead; chance decides on which input it comes back."""
        return None if self._silent(n) >= constraint.after else n.w

    def remember(self, constraint: Any, n: Neuron) -> Mapping[str, Any]:
        """Counted anew from a win, and from a revival."""
        silent = self._silent(n)
        return {"silent": 0.0 if silent >= constraint.after else silent}

    def _silent(self, n: Neuron) -> float:
        """The stimuli since the last win, those after it in this batch among them."""
        positions = len(n.g) // n.stimuli
        silent = float(n.memory["silent"])
        for stimulus in range(n.stimuli):
            won = any(g > 0 for g in n.g[stimulus * positions : (stimulus + 1) * positions])
            silent = 0.0 if won else silent + 1
        return silent

    @holds
    def turns_the_dead_to_inputs(self, constraint: Constraint) -> None:
        """Two of three neurons never win: after `after` stimuli each lies on one of them, as long as it was."""
        after = constraint.after  # type: ignore[attr-defined]
        layer = build_layer(
            (2,),
            synapse={"kind": "dense", "neurons": 3},
            competition="hard_wta",
            rule="instar",
            scaling="sum",
            rate={"kind": "constant", "eta": 1e-12},
            constraints=[constraint],
        )
        layer.w.copy_(torch.tensor([[1.0, 1.0], [-3.0, 0.0], [0.0, -0.5]]))
        before, x = layer.w.clone(), torch.tensor([[3.0, 4.0]])
        for _ in range(after - 1):
            layer.learn(x)
        assert torch.allclose(layer.w, before)
        layer.learn(x)
        assert torch.allclose(layer.w, torch.tensor([[1.0, 1.0], [1.8, 2.4], [0.3, 0.4]]))
        assert int(layer.projections[0].corrected) == 2

    @holds
    def takes_one_input_each(self, constraint: Constraint) -> None:
        """Of two inputs at right angles each neuron takes one; where there is no input, all stay where they are."""
        layer = _silent(constraint, (2,), {"kind": "dense", "neurons": 40})
        before = layer.w.clone()
        x = torch.tensor([[0.03, 0.0], [0.0, 0.04]])
        silent = ~(layer.present(x, compete=True)[0][0].g > 0).any(0)
        layer.learn(x)
        assert torch.allclose(layer.w[~silent], before[~silent])
        assert bool(((layer.w[silent] > 0).sum(1) == 1).all())
        assert bool((layer.w[silent] > 0).any(0).all())
        assert torch.allclose(layer.w.norm(dim=1), before.norm(dim=1))
        assert int(layer.projections[0].corrected) == int(silent.sum())
        assert not bool(layer.state["constraints.0.silent"][silent].any())

        layer = _silent(constraint, (2,), {"kind": "dense", "neurons": 40})
        before = layer.w.clone()
        layer.learn(torch.zeros(2, 2))
        assert torch.allclose(layer.w, before)
        assert int(layer.state["constraints.0.silent"].max()) == constraint.after + 2  # type: ignore[attr-defined]
        assert int(layer.projections[0].corrected) == 0

    @holds
    def takes_what_its_window_sees(self, constraint: Constraint) -> None:
        """Of an even 2 x 2 image windows of 3 x 3 see all, in one corner or another: four of nine places."""
        synapse = {"kind": "conv2d", "neurons": 20, "kernel": 3, "padding": 1, "border": "zeros"}
        layer = _silent(constraint, (1, 2, 2), synapse)
        x = torch.full((1, 1, 2, 2), 3.0)
        silent = ~(layer.present(x, compete=True)[0][0].g > 0).any(0).flatten(1).any(1)
        lengths = layer.w.flatten(1).norm(dim=1)
        layer.learn(x)
        place = (layer.w[silent] / lengths[silent].view(-1, 1, 1, 1)).squeeze(1)
        for corner in place:
            sums = [corner[i : i + 2, j : j + 2].sum() for i in (0, 1) for j in (0, 1)]
            assert abs(float(max(sums)) - 2) < 1e-5  # four places of 1/2 each
            assert int((corner != 0).sum()) == 4


def _silent(constraint: Constraint, shape: tuple[int, ...], synapse: Any) -> Layer:
    """A layer whose neurons all have been silent for long, with positive weights of many lengths."""
    layer = build_layer(
        shape,
        synapse=synapse,
        competition="hard_wta",
        rule="instar",
        scaling="sum",
        rate={"kind": "constant", "eta": 1e-12},
        constraints=[constraint],
    )
    layer.w.abs_().add_(0.1)
    layer.state["constraints.0.silent"].fill_(constraint.after)  # type: ignore[attr-defined]
    return layer


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [RevivalClaims]

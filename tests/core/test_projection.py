"""What a projection allocates for its parts, on every geometry."""

from typing import ClassVar

import pytest
import torch
from support import doubles
from support.geometries import every_geometry

from neuroplast import Layer, Memory, PluginError, Rule


class Remembering(Rule):
    """Declares one memory of every shape, and uses each as its name says."""

    kind: ClassVar[str] = "remembering"
    seen = Memory("pre", init=0.5)
    won = Memory("post", init=-1.0)
    here = Memory(("post", "positions"))
    each = Memory("weights", init=2.0)
    last = Memory((3, "post"))
    once = Memory()

    def delta(self, view):
        over = [0, *range(2, view.x.dim())]
        view.memory.seen.copy_(view.x.mean(over))
        view.memory.won.copy_(view.g.mean(over))
        view.memory.here.copy_(view.g.mean(0))
        view.memory.each.copy_(view.w)
        view.memory.last.copy_(torch.stack([view.memory.won] * 3))
        view.memory.once.fill_(1)
        return view.outer(view.g) * 0.0


@every_geometry
def test_memories_have_the_shapes_of_what_they_remember(case):
    layer = Layer(doubles.spec(synapse=case.synapse, rule=Remembering()), case.shape)
    state = layer.state
    assert (state["rule.seen"] == 0.5).all()
    assert (state["rule.won"] == -1).all()
    assert (state["rule.each"] == 2).all()
    x = case.x(torch.float32)
    layer.learn(x)
    prepared = case.synapse.prepare(x)
    assert state["rule.seen"].shape == prepared.shape[1:2]
    assert state["rule.here"].shape == layer.response_shape
    assert torch.equal(state["rule.each"], layer.w)
    assert state["rule.last"].shape == (3, layer.response_shape[0])
    assert state["rule.once"].shape == ()
    assert all(t.dtype == torch.float32 for t in state.values())


class Misnamed(doubles.Growth):
    kind: ClassVar[str] = "misnamed"
    theta = Memory("neurons")


def test_an_axis_that_is_not_there_is_named():
    with pytest.raises(PluginError, match=r"'neurons'.*post"):
        Layer(doubles.spec(rule=Misnamed()), (2,))


class Misplaced(doubles.Tally):
    kind: ClassVar[str] = "misplaced"
    trace = Memory("pre")


def test_neurons_remember_nothing_of_the_inputs():
    """They may have several projections, or none."""
    with pytest.raises(PluginError, match=r"'pre'.*post"):
        Layer(doubles.spec(dynamics=(Misplaced(),)), (2,))

"""What each variable is, against sums written out."""

import pytest
import torch
from support.doubles import Below, common, joining, neural, spec
from torch.testing import assert_close

from neuroplast import Layer
from neuroplast.build import build_layer
from neuroplast.layer import FROZEN
from neuroplast.probes.variables import Glimpse, variables
from neuroplast.spec import LayerSpec, ProjectionSpec

RATE = {"kind": "constant", "eta": 0.1}
NEEDS = {"change", "sizes", "difference", "corrections"}


class All:
    """Takes every variable of one step."""

    def __init__(self, layer):
        self.known, self.values = variables(layer), {}
        layer.observer = self
        self.glimpse = Glimpse(layer)

    def presented(self, layer, views):
        self.glimpse.begin(views, NEEDS)
        self.before = {p.name: p.w.clone() for p in layer.projections}
        self._take("presented")

    def applied(self, layer, projection):
        self.glimpse.apply(projection)

    def changed(self, layer):
        self._take("changed")

    def _take(self, when):
        for name, variable in self.known.items():
            if variable.when == when:
                value = variable.value(self.glimpse)
                self.values[name] = None if value is None else value.clone()


def seen(layer, x):
    """All variables of one step of a layer."""
    every = All(layer)
    layer.learn(*x) if isinstance(x, tuple) else layer.learn(x)
    return every.values


def test_the_change_is_that_of_the_step_before_constraints():
    """Δ = uᵀx, w ← min(w + Δ, 1)."""
    layer = Layer(spec(constraints=(Below(bound=1.0),)), (2,))
    layer.w.copy_(torch.tensor([[0.5, 1.0], [-1.0, 2.0]]))
    found = seen(layer, torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
    # u = [[2.5, 3], [0.5, -5]]; Δ = [[4, 4.5], [-12, 11]]
    assert_close(found["dw"], torch.tensor([[4.0, 4.5], [-12.0, 11.0]]))
    assert found["ltp"].tolist() == [8.5, 11]
    assert found["ltd"].tolist() == [0, 12]
    assert_close(found["dw_norm"], torch.tensor([36.25, 265.0]).sqrt())
    # w = [[1, 1], [-13, 1]], so that [[0.5, 0], [-12, -1]] is left of the change
    assert_close(found["w"], torch.tensor([[1.0, 1.0], [-13.0, 1.0]]))
    assert_close(found["delta_norm"], torch.tensor([0.25, 145.0]).sqrt())
    assert_close(found["w_norm"], torch.tensor([2.0, 170.0]).sqrt())
    assert_close(found["update_to_weight"], torch.tensor([0.25 / 2, 145 / 170]).sqrt())
    assert found["corrected_count"] == 3


def test_scaling_and_rate_are_in_the_change():
    plain = {"use": "softhebb", "synapse": {"kind": "dense", "neurons": 3}, "scaling": "sum"}
    x = torch.rand(4, 5, generator=torch.Generator().manual_seed(0))
    found = [
        seen(build_layer((5,), rate={"kind": "constant", "eta": eta}, **plain), x)["dw"]
        for eta in (0.1, 0.2)
    ]
    assert float(found[0].abs().max()) > 0.01
    assert_close(found[1], 2 * found[0], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "synapse"),
    [
        ((5,), {"kind": "dense", "neurons": 3}),
        ((2, 6, 6), {"kind": "conv2d", "neurons": 3, "kernel": 3}),
        ((2, 6, 6), {"kind": "depthwise", "kernel": 3}),
        ((2, 6, 6), {"kind": "locally_connected", "neurons": 3, "kernel": 3}),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_shapes_are_those_that_are_told_on_every_geometry(shape, synapse):
    """And the change is the difference of the weights, where there are no constraints."""
    layer = build_layer(
        shape, synapse=synapse, rule="oja", competition="hard_wta", scaling="mean", rate=RATE
    )
    every = All(layer)
    layer.learn(torch.rand(4, *shape, generator=torch.Generator().manual_seed(0)))
    (before,) = every.before.values()
    assert_close(every.values["dw"], layer.w - before, atol=0, rtol=0)
    assert float(every.values["ltp"].max()) > 0
    assert_close(
        every.values["ltp"] + every.values["ltd"], (layer.w - before).abs().flatten(1).sum(1)
    )
    for name, variable in every.known.items():
        assert tuple(every.values[name].shape) == variable.shape, name
        assert every.values[name].reshape(variable.sizes).dim() == len(variable.dims), name


def test_activity_wins_and_duty():
    layer = Layer(spec(3), (3,))
    layer.w.copy_(torch.eye(3))
    found = seen(layer, torch.tensor([[1.0, 3, 2], [0, 5, 1], [9, 1, 1], [0, 0, 0]]))
    assert found["activity"].tolist() == [2.5, 2.25, 1]
    assert found["win_count"].tolist() == [2, 2, 0]  # of equal drives the first wins
    assert found["duty_cycle"].tolist() == [0.5, 0.5, 0]


def test_state_is_there_under_its_name():
    layer = build_layer(
        (2, 6, 6),
        synapse={"kind": "conv2d", "neurons": 3, "kernel": 3},
        rule="bcm",
        competition="none",
        normalisation="batch_norm",
        step={"kind": "momentum"},
        scaling="mean",
        rate=RATE,
    )
    known = variables(layer)
    assert known["rule.theta"].dims[0] == "neuron"
    assert known["step.velocity"].dims == ("neuron", "input")
    assert known["step.velocity"].sizes == (3, 18)
    assert known["normalisation.mean"].dims == ("channel",)
    assert set(layer.state) <= set(known)
    found = seen(layer, torch.rand(4, 2, 6, 6, generator=torch.Generator().manual_seed(0)))
    for name, tensor in layer.state.items():
        assert found[name].equal(tensor), name


def two():
    """A layer of two projections, of which one has no rule."""
    parts = common()
    learning = ("synapse", "rule", "scaling", "rate")
    projections = (
        ProjectionSpec(**{**parts, "name": "near"}),
        ProjectionSpec(**{**parts, "name": "far", "rule": None, "scaling": None, "rate": ()}),
    )
    plain = {k: v for k, v in parts.items() if k not in learning}
    return Layer(LayerSpec(**{**plain, **neural(), "projections": projections}), (2,), (3,))


def test_projections_have_their_own_and_one_without_a_rule_no_change():
    layer = two()
    known = variables(layer)
    assert known["near.w"].dims == ("neuron", "near.input")
    assert known["far.w"].sizes == (2, 3)
    assert "near.ltp" in known
    assert "far.ltp" not in known
    x = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.0, -1.0]])
    found = seen(layer, (x,))
    assert float(found["near.dw"].abs().max()) > 0
    assert found["near.w_norm"].shape == found["far.w_norm"].shape == (2,)


def test_what_a_step_does_not_have_is_not_there():
    """Nothing was presented, as under backprop; or weights do not adapt."""
    layer = Layer(spec(), (2,))
    glimpse = Glimpse(layer)
    without = {n for n, v in variables(layer).items() if v.value(glimpse) is None}
    changes = {"dw", "ltp", "ltd", "dw_norm", "delta_norm", "update_to_weight"}
    assert without == changes | {"activity", "win_count", "duty_cycle", "corrected_count"}
    layer.adapts = FROZEN
    found = seen(layer, torch.ones(1, 2))
    assert {n for n, value in found.items() if value is None} == changes


def test_a_layer_without_projections_has_its_state_alone():
    assert set(variables(Layer(joining(), (3,)))) == {"competition.steps"}

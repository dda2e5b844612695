"""Learning by a surrogate loss: what its descent adds, and that a network learns the same by it."""

from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
from support import doubles
from support.geometries import every_geometry
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view, view_of
from torch.testing import assert_close

from neuroplast import Layer, Network, Progress, Rule, ScenarioError, hookimpl, registry, runs
from neuroplast.build import layer_spec
from neuroplast.drafts import load_scenario
from neuroplast.errors import NotFiniteError, PartError
from neuroplast.functional import first_largest, half_square
from neuroplast.layer import PLASTIC, Adapts
from neuroplast.surrogate import descent
from neuroplast_plugins.rules.hebb import Hebb
from neuroplast_plugins.rules.instar import Instar
from neuroplast_plugins.rules.oja import Oja
from neuroplast_plugins.rules.softhebb import SoftHebb

PUBLISHED = [Hebb(), Instar(), Oja()]
published = pytest.mark.parametrize("rule", PUBLISHED, ids=str)


class Shrinking(Rule):
    """States only a loss: y_s = -½ |w|², so that Δ = -(Σ g) w."""

    kind: ClassVar[str] = "shrinking"

    def surrogate(self, u, w, g):
        return -half_square(w, u) + 0 * u


class TwoMinded(Shrinking):
    """Grows by its equation, shrinks by its loss."""

    kind: ClassVar[str] = "two_minded"

    def delta(self, view):
        return view.outer(view.g)


def stating(surrogate):
    """A rule that states this loss."""

    class Stating(Rule):
        kind: ClassVar[str] = "stating"

        def surrogate(self, u, w, g):
            return surrogate(u, w, g)

    return Stating()


# What one step adds


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Hebb(), [[2.0, 4.0]]),  # g x
        (Instar(), [[0.8, 2.4]]),  # g (x - w) = 2 (1 - 0.6), 2 (2 - 0.8)
        (Oja(), [[-0.4, 0.8]]),  # g (x - g w) = 2 (1 - 2·0.6), 2 (2 - 2·0.8)
    ],
    ids=str,
)
def test_the_published_surrogates_by_hand(rule, expected):
    view = dense_view(torch.tensor([[0.6, 0.8]]), torch.tensor([[1.0, 2.0]]), torch.tensor([[2.0]]))
    assert_close(descent(rule, view).tensor(), torch.tensor(expected))


def overwritten(rule, view):
    """-∂L/∂w as published: the values of y_s are overwritten in the graph, and L = -½ Σ y_s² is descended."""
    w = view.w_e.clone().requires_grad_()
    y_s = rule.surrogate(view.geometry.drive(view.x, w), w, view.g).clone()
    y_s.data = view.g
    (-(y_s**2).sum() / 2).backward()
    return -w.grad


def in_a_loop(rule, view, stride):
    """Over stimuli, positions and neurons."""
    dw = torch.zeros_like(view.w)
    side = view.w.shape[-1]
    for b, i, h, v in torch.cartesian_prod(*(torch.arange(n) for n in view.g.shape)).tolist():
        g, w = view.g[b, i, h, v], view.w[i]
        x = view.x[b, :, h * stride : h * stride + side, v * stride : v * stride + side]
        dw[i] += g * {"hebb": x, "instar": x - w, "oja": x - g * w}[rule.kind]
    return dw


@published
def test_the_authors_own_check(rule):
    """27 stimuli, stride 12, and the 10 largest drives of a position are active."""
    w = normal(20, 3, 5, 5, seed=1)
    drawn = conv_view(w, normal(27, 3, 29, 29), stride=12)
    g = torch.where(first_largest(drawn.u, 10), drawn.u, 0.0)
    view = conv_view(w, normal(27, 3, 29, 29), g, stride=12)
    assert view.g.shape == (27, 20, 3, 3)
    assert_near(descent(rule, view).tensor(), overwritten(rule, view))
    assert_near(descent(rule, view).tensor(), in_a_loop(rule, view, 12))


@published
@every_geometry
def test_the_descent_is_the_explicit_change_on_every_geometry(rule, case):
    """With effective weights, and activities that have nothing to do with the drive."""
    x, w_e = case.synapse.prepare(case.x()), case.w(seed=7)
    u, v, g = (case.post(seed=seed) for seed in (4, 5, 6))
    view = view_of(case.synapse, case.w(), x, g, u, v, w_e)
    assert_near(descent(rule, view).tensor(), rule.delta(view).tensor())


@pytest.mark.parametrize(
    ("surrogate", "told"),
    [
        (lambda u, w, g: u.sum(), r"gave a tensor of shape \(\); give it \(2, 3\)"),
        (lambda u, w, g: u[:1], r"gave a tensor of shape \(1, 3\); give it \(2, 3\)"),
        (lambda u, w, g: None, r"gave None; give a tensor of shape \(2, 3\)"),
        (lambda u, w, g: 2.0, r"gave float 2.0; give a tensor of shape \(2, 3\)"),
        (lambda u, w, g: u.tolist(), "gave list .*; give a tensor"),
        (lambda u, w, g: u.float(), "gave torch.float32 on cpu; give torch.float64 on cpu"),
        (lambda u, w, g: u.detach(), "gave what is not in the graph of w; make it of u or w"),
        (lambda u, w, g: g, "gave what is not in the graph of w"),
        (lambda u, w, g: g.clone().requires_grad_(), "gave what is not in the graph of w"),
    ],
)
def test_an_output_that_cannot_be_descended_is_refused(surrogate, told):
    view = dense_view(normal(3, 4), normal(2, 4))
    with pytest.raises(PartError, match=f"^rule 'stating': surrogate {told}"):
        descent(stating(surrogate), view).tensor()


@pytest.mark.parametrize("factor", [float("nan"), float("inf")])
def test_a_descent_that_is_not_finite_is_told(factor):
    view = dense_view(normal(3, 4), normal(2, 4))
    with pytest.raises(NotFiniteError, match="stating: descent of the surrogate loss not finite"):
        descent(stating(lambda u, w, g: u * factor), view).tensor()


def test_only_the_descent_need_be_finite():
    """The values of y_s are overwritten by g, so it does not matter what they are."""
    view = dense_view(normal(3, 4), normal(2, 4))
    shifted = descent(stating(lambda u, w, g: u + float("inf")), view).tensor()
    assert_close(shifted, descent(Hebb(), view).tensor())


def test_nothing_asks_for_gradients_afterwards():
    view = dense_view(normal(3, 4), normal(2, 4))
    with torch.no_grad():
        dw = descent(Oja(), view).tensor()
    assert not dw.requires_grad
    assert not view.w.requires_grad
    assert view.w.grad is None


# Rules that state one form, or none


def test_a_rule_that_states_only_a_loss_changes_by_it():
    w = normal(3, 4)
    view = dense_view(w, normal(5, 4), g=normal(5, 3, seed=2))
    assert_near(Shrinking().delta(view).tensor(), -view.g.sum(0)[:, None] * w)


def test_what_a_rule_states():
    assert [rule.has_surrogate() for rule in (*PUBLISHED, Shrinking(), SoftHebb())] == [
        True
    ] * 4 + [False]


def test_a_rule_that_states_neither_form_is_abstract():
    class Silent(Rule):
        kind: ClassVar[str] = "silent"

    class Spoken(Silent):
        def surrogate(self, u, w, g):
            return u

    with pytest.raises(TypeError, match=r"abstract.*delta"):
        Silent()
    assert Spoken().has_surrogate()
    with pytest.raises(NotImplementedError, match="softhebb: states no surrogate"):
        SoftHebb().surrogate(normal(1, 1), normal(1, 1), normal(1, 1))


# A layer


def doubled(network):
    for state in network.state().values():
        for tensor in state.values():
            tensor.data = tensor.data.double()
    return network


GEOMETRIES = {
    "dense": ({"kind": "dense", "neurons": 4}, (6,)),
    "conv with stride": ({"kind": "conv2d", "neurons": 4, "kernel": 3, "stride": 2}, (2, 7, 7)),
    "conv with groups": ({"kind": "conv2d", "neurons": 4, "kernel": 3, "groups": 2}, (2, 6, 6)),
    "depthwise": ({"kind": "depthwise", "kernel": 3, "multiplier": 2}, (2, 5, 5)),
}


def learned(rule, synapse, shape, objective, dtype):
    """Two layers after 20 steps, each with winners and a falling rate, the second with unit weights; what they were."""
    common = {
        "rule": rule,
        "scaling": "mean",
        "rate": {"kind": "linear", "eta": 0.1},
        "competition": "hard_wta",
        "population": "relu",
    }
    second = {"synapse": {"kind": "dense", "neurons": 3}, "constraints": ["unit_norm"]}
    network = Network(
        [layer_spec(**common, synapse=synapse), layer_spec(**common, **second)], shape
    )
    network = doubled(network) if dtype == torch.float64 else network
    before = {name: layer.w.clone() for name, layer in network.layers.items()}
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    for step in range(20):
        x = normal(8, *shape, seed=step, dtype=dtype)
        network.learn(x, progress=Progress(step, 20, 0, 1), objective=objective)
    return before, {name: layer.w for name, layer in network.layers.items()}


@published
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
def test_a_network_comes_to_the_same_weights_by_either_objective(rule, geometry, dtype, near):
    synapse, shape = GEOMETRIES[geometry]
    before, explicit = learned(rule, synapse, shape, "explicit", dtype)
    _, surrogate = learned(rule, synapse, shape, "surrogate", dtype)
    for name, w in explicit.items():
        assert w.dtype == dtype
        assert float((w - before[name]).abs().max()) > 0.01
        assert_near(surrogate[name], w, near)


def layer_of(rule, **entries):
    layer = Layer(doubles.spec(2, rule=rule, **entries), (2,))
    layer.w.copy_(torch.tensor([[0.5, 1.0], [-1.0, 2.0]]))
    return layer


X = torch.tensor([[1.0, 2.0]])


def test_thresholds_do_not_enter_the_surrogate():
    """They act through g alone: u = [2.5, 3], v = 2u - 1 = [4, 5] = g, and Hebb's change is g x."""
    layer = layer_of(Hebb(), dynamics=(doubles.Shift(factor=2.0, by=-1.0),))
    layer.adapts = Adapts(weights=True)
    before = layer.w.clone()
    layer.learn(X, objective="surrogate")
    assert_close(layer.w - before, torch.tensor([[4.0, 8.0], [5.0, 10.0]]))


def test_the_objective_decides_what_is_followed():
    layers = {objective: layer_of(TwoMinded()) for objective in ("explicit", "surrogate")}
    for objective, layer in layers.items():
        layer.learn(X, objective=objective)
    w, g = torch.tensor([[0.5, 1.0], [-1.0, 2.0]]), torch.tensor([[2.5], [3.0]])
    assert_close(layers["explicit"].w, w + g * X)
    assert_close(layers["surrogate"].w, w - g * w)


def test_the_change_goes_through_scaling_rate_step_and_constraints():
    """w - η g w = [0.5, 1] (1 - 0.1·2.5), [-1, 2] (1 - 0.1·3); no weight above 1."""
    entries = {"rate": (doubles.Fixed(eta=0.1),), "constraints": (doubles.Below(bound=1.0),)}
    layer = layer_of(TwoMinded(), **entries)
    layer.learn(X, objective="surrogate")
    assert_close(layer.w, torch.tensor([[0.375, 0.75], [-0.7, 1.0]]))
    assert int(layer.state["step.calls"]) == 1
    assert int(layer.projections[0].corrected) == 1


# A scenario


def scenario(**changes):
    layer = {
        "synapse": {"kind": "dense", "neurons": 3},
        "competition": "hard_wta",
        "rule": "instar",
        "scaling": "mean",
        "rate": {"kind": "constant", "eta": 0.1},
    }
    clusters = {"kind": "gaussian_clusters", "clusters": 3, "inputs": 4, "train": 60, "test": 30}
    return {
        "stimuli": clusters,
        "layers": [layer, layer],
        "phases": [{"learning": "surrogate", "epochs": 2}],
        **changes,
    }


@pytest.fixture
def two_minded():
    """The built-in parts and the rule above."""
    registry.use(registry.load())
    hooks = {"rules": hookimpl(lambda: [TwoMinded])}
    registry.current().add(SimpleNamespace(**{"__name__": "surrogate_doubles", **hooks}))
    yield "two_minded"
    registry.use(None)


@pytest.mark.parametrize("order", ["simultaneous", "greedy"])
def test_the_objective_of_a_phase_reaches_every_layer(tmp_path, two_minded, order):
    """By its equation each layer grows towards its inputs; by its loss each weight is scaled by its own 1 - η Σ g."""
    phase = {"learning": "surrogate", "order": order, "epochs": 2}
    layers = [{**layer, "rule": two_minded} for layer in scenario()["layers"]]
    run = runs.run(scenario(phases=[phase], layers=layers), out=tmp_path / "run", device="cpu")
    start = Network(run.network.specs, (4,), seed=0)
    for name, layer in run.network.layers.items():
        factors = layer.w / start.layers[name].w
        assert (factors != 1).any()
        assert_close(factors, factors[:, :1].expand_as(factors), rtol=1e-4, atol=0)


@pytest.mark.parametrize("order", ["simultaneous", "greedy"])
def test_a_run_learns_the_same_by_either_objective(tmp_path, order):
    weights = {}
    for learning in ("explicit", "surrogate"):
        phase = {"learning": learning, "order": order, "epochs": 2}
        run = runs.run(scenario(phases=[phase]), out=tmp_path / learning, device="cpu", threads=1)
        network = run.network
        weights[learning] = [layer.w for layer in network.layers.values()]
    for explicit, surrogate in zip(*weights.values(), strict=True):
        assert_near(surrogate, explicit, 1e-5)


SOFT = {
    "synapse": {"kind": "dense", "neurons": 3},
    "rule": "softhebb",
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.1},
}


def test_a_rule_that_states_no_loss_is_refused_with_a_remedy():
    with pytest.raises(ScenarioError) as caught:
        load_scenario(scenario(layers=[SOFT]))
    assert (
        "phase1 learns by surrogate losses, and rule 'softhebb' of layer1 states none; "
        'choose a rule that states one, set learning = "explicit", or leave the layer out'
    ) in str(caught.value)


@pytest.mark.parametrize(
    "phase",
    [
        {"learning": "explicit"},
        {"learning": "surrogate", "layers": ["first"]},
        {"learning": "surrogate", "adapt": ["statistics"]},
    ],
    ids=str,
)
def test_it_is_not_refused_where_its_loss_is_not_needed(phase):
    first = {**SOFT, "name": "first", "rule": "hebb"}
    loaded = load_scenario(scenario(layers=[first, SOFT], phases=[phase]))
    assert loaded.phases[0].learning == phase["learning"]

"""What claims of dynamics cannot say: refusals, aliases, parameters that have no meaning, and layers in a run."""

from math import nan

import pytest
import torch
from pydantic import ValidationError
from torch.testing import assert_close

from neuroplast import ConfigurationError, Refusal, build_layer, registry

CONV = {"kind": "conv2d", "neurons": 4, "kernel": 3}
DENSE = {"kind": "dense", "neurons": 4}


def made(kind, **parameters):
    part = registry.current().get("dynamics", kind).part
    return part.model_validate(part.plain(parameters))


@pytest.mark.parametrize(
    ("kind", "parameters", "told"),
    [
        ("adaptive_threshold", {"rate": 0.0}, "greater than 0"),
        ("adaptive_threshold", {"rate": nan}, "finite"),
        ("adaptive_threshold", {"target": 1.0}, "less than 1"),
        ("adaptive_threshold", {"winners": 0}, "greater than or equal to 1"),
        ("adaptive_threshold", {"step": 1.0}, "step"),
        ("boost", {"time_constant": 0.5}, "greater than or equal to 1"),
        ("boost", {"strength": -1.0}, "greater than or equal to 0"),
        ("boost", {"share": nan}, "finite"),
        ("leaky", {"dt": 2.0, "time_constant": 1.0}, "would overshoot"),
        ("leaky", {"time_constant": nan}, "finite"),
        ("surround", {"size": 4}, "odd size"),
        ("surround", {"centre": 1.4, "surround": 1.4}, "wider surround"),
        ("surround_positive_sum", {"size": 4}, "odd size"),
        ("surround", {"centre": nan}, "finite"),
        ("plastic_bias", {"rate": 0.0}, "greater than 0"),
        ("plastic_bias", {"inverse_temperature": nan}, "finite"),
    ],
)
def test_parameters_without_a_meaning_are_refused(kind, parameters, told):
    with pytest.raises(ValidationError, match=told):
        made(kind, **parameters)


def test_names_that_sources_use():
    known = registry.current()
    assert known.get("dynamics", "thresh").part.kind == "adaptive_threshold"
    assert known.get("dynamics", "boosting").part.kind == "boost"
    assert made("surround", sigma_e=1.0, sigma_i=2.0) == made("surround", centre=1.0, surround=2.0)
    assert made("plastic_bias", t_invert=2.0) == made("plastic_bias", inverse_temperature=2.0)


@pytest.mark.parametrize("kind", ["surround", "surround_positive_sum"])
def test_a_surround_needs_positions(kind):
    with pytest.raises(Refusal, match=kind) as refused:
        build_layer((6,), synapse=DENSE, dynamics=[kind], competition="none")
    assert refused.value.reason == "surround_without_positions"
    build_layer((2, 6, 6), synapse=CONV, dynamics=[kind], competition="none")


def test_thresholds_have_a_target_that_can_be_reached():
    with pytest.raises(
        ConfigurationError, match="5 winners at a position of 4 neurons; set winners"
    ):
        build_layer((6,), synapse=DENSE, dynamics=[{"kind": "adaptive_threshold", "winners": 5}])
    space = {"kind": "hard_wta", "axis": "space"}
    with pytest.raises(Refusal, match="set target"):
        build_layer((2, 6, 6), synapse=CONV, dynamics=["adaptive_threshold"], competition=space)
    own = {"kind": "adaptive_threshold", "target": 1 / 36}
    layer = build_layer((2, 6, 6), synapse=CONV, dynamics=[own], competition=space)
    layer.learn(torch.randn(3, 2, 6, 6, generator=torch.Generator().manual_seed(0)))
    # each of the 4 channels wins one of its 36 positions for every stimulus
    assert_close(layer.state["dynamics.0.theta"], torch.zeros(4), rtol=0, atol=1e-6)


def test_what_leaks_needs_inner_steps():
    with pytest.raises(ConfigurationError, match=r"leaky.*no inner steps"):
        build_layer((6,), synapse=DENSE, dynamics=["leaky"], competition="none")


def test_a_leaky_layer_comes_to_its_drive_from_silence_at_every_batch():
    """After n steps u (1 - 0.9^n): 0.6513 of it after 10, and nothing is left over for the next batch."""
    layer = build_layer(
        (3,), synapse=DENSE, dynamics=["leaky"], competition="none", settle={"steps": 10}
    )
    x = torch.tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 1.0]])
    expected = (1 - 0.9**10) * x @ layer.w.T
    for _ in range(2):
        assert_close(layer.respond(x), expected)


def test_thresholds_are_frozen_with_the_neurons():
    """Features that are collected after learning do not depend on the order of stimuli (discrepancy M4)."""
    layer = build_layer(
        (3,),
        synapse=DENSE,
        dynamics=["adaptive_threshold"],
        competition={"kind": "hard_wta", "activity": "binary"},
        population="winners",
    )
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    layer.learn(x)
    theta = layer.state["dynamics.0.theta"].clone()
    assert theta.abs().max() > 0
    layer.freeze()
    first = layer.respond(x)
    layer.respond(x.flip(0))
    assert torch.equal(layer.respond(x), first)
    assert torch.equal(layer.state["dynamics.0.theta"], theta)


def test_miconi_s_threshold_by_hand():
    """Of four stimuli neuron 1 wins three, of two neurons: 3 (3/4 - 1/2) = 0.75 up, and the other down."""
    layer = build_layer(
        (2,),
        synapse={"kind": "dense", "neurons": 2},
        dynamics=["adaptive_threshold"],
        competition={"kind": "hard_wta", "activity": "binary"},
        population="winners",
    )
    layer.w.copy_(torch.eye(2))
    layer.learn(torch.tensor([[2.0, 1.0], [3.0, 0.0], [1.0, 0.5], [0.0, 1.0]]))
    assert_close(layer.state["dynamics.0.theta"], torch.tensor([0.75, -0.75]))


def test_dynamics_act_in_the_order_of_the_list():
    """v = (u - θ) e^s and u e^s - θ are not the same."""
    x = torch.tensor([[1.0, 2.0, 3.0]])
    found = []
    for order in (["adaptive_threshold", "boost"], ["boost", "adaptive_threshold"]):
        layer = build_layer(
            (3,), synapse={"kind": "dense", "neurons": 3}, dynamics=order, competition="none"
        )
        layer.w.copy_(torch.eye(3))
        for i, kind in enumerate(order):
            if kind == "adaptive_threshold":
                layer.state[f"dynamics.{i}.theta"].fill_(1.0)
        found.append(layer.respond(x))
    factor = torch.tensor(1 / 3).exp()
    assert_close(found[0], (x - 1) * factor)
    assert_close(found[1], x * factor - 1)


def test_a_bias_that_has_fallen_for_long_stays_finite():
    """One neuron takes all stimuli, so the others' biases fall by the rate at every step, for ever."""
    layer = build_layer(
        (2,),
        synapse={"kind": "dense", "neurons": 3},
        dynamics=[{"kind": "plastic_bias", "rate": 10.0, "power": 0.0}],
        competition="none",
    )
    layer.w.copy_(torch.tensor([[9.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    for _ in range(200):
        layer.learn(torch.ones(4, 2))
    shift = layer.state["dynamics.0.shift"]
    assert shift.isfinite().all()
    assert shift[1] < -1000


def test_boosting_in_a_layer_lets_everyone_win():
    """Without it, the neuron that is driven most wins every time."""
    wins = {}
    for dynamics in ([], [{"kind": "boost", "strength": 10.0, "time_constant": 20.0}]):
        layer = build_layer(
            (4,),
            synapse=DENSE,
            dynamics=dynamics,
            competition={"kind": "hard_wta", "activity": "binary"},
            population="winners",
        )
        layer.w.copy_(torch.eye(4))
        x = torch.tensor([[1.0, 0.99, 0.98, 0.97]])
        wins[bool(dynamics)] = sum(layer.learn(x) for _ in range(200))[0]
    assert wins[False].tolist() == [200, 0, 0, 0]
    assert wins[True].min() > 20

from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip

from neuroplast import ConfigurationError, Measure, registry
from neuroplast.layer import PLASTIC
from neuroplast.registry import Registry
from neuroplast.testing import Example, MeasureClaims
from neuroplast.testing.examples import faults_of
from neuroplast.testing.forms import form

NUMBERS = "gives numbers by name"
HAND = "gives the numbers worked by hand"
SAME = "changes nothing, and finds the same again"


class Lengths(Measure):
    """The mean length of the first layer's weight vectors."""

    kind: ClassVar[str] = "lengths"

    def measure(self, network, stimuli):
        return {"length": float(next(iter(network.layers.values())).w.norm(dim=1).mean())}


@pytest.fixture(scope="module")
def known():
    return registry.current()


def measuring(measure):
    return type("Broken", (Lengths,), {"measure": lambda self, *given: measure(*given)})()


def test_a_sound_measure_passes(known):
    hold(Lengths(), NUMBERS, registry=known)
    hold(Lengths(), SAME, registry=known)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "numbers by name"),
        (1.0, "numbers by name"),
        ({"length": torch.tensor(1.0)}, "numbers by name"),
        ({"fine": True}, "numbers by name"),
        ({1: 1.0}, "numbers by name"),
        ({"length": float("nan")}, "not finite"),
    ],
    ids=str,
)
def test_what_is_no_table_of_numbers_is_caught(known, found, said):
    assert said in catch(measuring(lambda network, stimuli: found), NUMBERS, registry=known)


def by_learning(network, stimuli):
    for layer in network.layers.values():
        layer.w.mul_(1.001)
    return {"a": 1.0}


def leaving_it_plastic(network, stimuli):
    next(iter(network.layers.values())).adapts = PLASTIC
    return {"a": 1.0}


def centring(network, stimuli):
    stimuli.sub_(stimuli.mean(0))
    return {"a": 1.0}


def by_chance(network, stimuli):
    return {"a": float(torch.rand(()))}


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (by_learning, "changed the state"),
        (leaving_it_plastic, "other groups"),
        (centring, "changed x"),
        (by_chance, "global generator"),
    ],
)
def test_changing_the_network_or_the_stimuli_is_caught(known, measure, said):
    assert said in catch(measuring(measure), SAME, registry=known)


def test_other_numbers_the_second_time_are_caught(known):
    calls = []

    def counting(network, stimuli):
        calls.append(1)
        return {"calls": float(len(calls))}

    assert "second time" in catch(measuring(counting), SAME, registry=known)


def test_one_that_refuses_the_kits_networks_is_skipped(known):
    def refusing(network, stimuli):
        raise ConfigurationError("lengths: needs a third layer")

    assert "needs a third layer" in skip(measuring(refusing), NUMBERS, registry=known)


def test_without_plugins_there_is_no_network_to_measure():
    assert "no plugin provides" in skip(Lengths(), NUMBERS, registry=Registry(lambda _: None))


# -- numbers worked by hand --------------------------------------------------------------------------------------------


def claimed(w, expected, **more):
    example = Example({"x": [[0.0, 0.0]], "w": w, **more}, expected, note="3-4-5")
    return type("LengthsClaims", (MeasureClaims,), {"of": "lengths", "examples": (example,)})()


def test_numbers_that_agree_pass(known):
    hold(Lengths(), HAND, claimed([[3.0, 4.0], [0.0, 1.0]], {"length": 3.0}), registry=known)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (claimed([[3.0, 4.0]], {"length": 7.0}), "length by lengths: off by"),
        (claimed([[3.0, 4.0]], {"lengths": 5.0}), "gave no 'lengths'; did you mean 'length'"),
        (claimed([[3.0, 4.0, 5.0]], {"length": 5.0}), "w has shape (1, 3), the last layer's"),
    ],
)
def test_numbers_that_do_not_agree_are_caught(known, claims, said):
    assert said in catch(Lengths(), HAND, claims, registry=known)


def test_layers_are_those_of_the_example(known):
    """Weights are of the last layer, and Lengths is about the first: four neurons with weights 1, 1 on two inputs."""
    ones = {"kind": "constant", "value": 1.0}
    layers = [{"synapse": {"kind": "dense", "neurons": 4}, "initialisation": ones}, {}]
    claims = claimed([[9.0] * 4], {"length": 2**0.5}, layers=layers)
    hold(Lengths(), HAND, claims, registry=known)


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        ({"x": [[0.0]]}, {"a": 1.0}, "gives no w; give it: (post, pre) or (post, pre, kernel rows"),
        ({"x": [[0.0]], "w": [1.0]}, {"a": 1.0}, "w has shape (1,)"),
        ({"x": [[0.0]], "w": [[1.0]]}, 1.0, "expected is 1.0; make it a table of numbers"),
        ({"x": [[0.0]], "w": [[1.0]]}, {}, "expected is {}; make it a table of numbers"),
        ({"x": [[0.0]], "w": [[1.0]]}, {"a": [1.0]}, "expected a has shape (1,)"),
        ({"x": [[0.0]], "w": [[1.0]], "layers": {}}, {"a": 1.0}, "layers is {}; make it a list"),
        ({"x": [[0.0]], "w": [[1.0]], "layer": 1}, {"a": 1.0}, "gives 'layer', which nothing"),
    ],
)
def test_examples_that_cannot_be_read_are_told(given, expected, said):
    told = "; ".join(faults_of(Example(given, expected), form("measure"), Lengths()))
    assert said in told

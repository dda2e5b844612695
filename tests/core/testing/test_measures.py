from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip

from neuroplast import ConfigurationError, Measure, registry
from neuroplast.layer import PLASTIC
from neuroplast.registry import Registry

NUMBERS = "gives numbers by name"
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

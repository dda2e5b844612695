from typing import Any, ClassVar

import pytest
import torch
from support.asking import catch, hold, skip

from neuroplast import Architecture, registry
from neuroplast.registry import Registry

LAYERS = "gives the same layers whenever it is asked"
BUILDS = "builds a network that answers"


class Double(Architecture):
    """Two dense layers."""

    kind: ClassVar[str] = "double"

    def layers(self) -> list[dict[str, Any]]:
        return [{"synapse": {"kind": "dense", "neurons": n}} for n in (4, 2)]


def building(*layers):
    return type("Broken", (Double,), {"layers": lambda self: list(layers)})()


DENSE = {"synapse": {"kind": "dense", "neurons": 3}}
CONV = {"synapse": {"kind": "conv2d", "neurons": 3, "kernel": 5, "stride": 4}}


@pytest.fixture(scope="module")
def known():
    return registry.current()


@pytest.mark.parametrize("part", [Double(), building(CONV, DENSE)])
def test_sound_architectures_pass(known, part):
    hold(part, LAYERS)
    hold(part, BUILDS, registry=known)


def test_layers_for_no_input_are_caught(known):
    part = building(DENSE, CONV)
    hold(part, LAYERS)
    said = catch(part, BUILDS, registry=known)
    assert "no network can be built" in said
    assert "(20,): layer2: conv2d" in said


def test_parts_that_there_are_not_are_caught(known):
    said = catch(building({"synapse": {"kind": "dens", "neurons": 3}}), BUILDS, registry=known)
    assert "dense" in said


@pytest.mark.parametrize(
    "layers", [lambda self: [], lambda self: {"synapse": "dense"}, lambda self: ["dense"]]
)
def test_what_is_no_list_of_tables_is_caught(layers):
    part = type("Broken", (Double,), {"layers": layers})()
    assert "give a list of tables" in catch(part, LAYERS)


def test_other_layers_the_second_time_are_caught():
    part = type("Broken", (Double,), {"layers": lambda self: [{"about": str(torch.rand(()))}]})()
    assert "second time" in catch(part, LAYERS)


def test_without_plugins_there_is_no_network_to_try():
    assert "no plugin provides a default" in skip(
        Double(), BUILDS, registry=Registry(lambda _: None)
    )

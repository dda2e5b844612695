from typing import Any, ClassVar

import pytest
from support.asking import catch, hold, skip

from neuroplast import Recipe, registry
from neuroplast.registry import Registry
from neuroplast.testing import Example, RecipeClaims

NUMBERS = "gives the numbers worked by hand"
CLAIMED = "stands for the parts claimed"
NAMES = "names entries of a layer, and parts that there are"
LEARNS = "makes a layer that learns"

TABLE = {
    "rule": {"kind": "oja"},
    "scaling": {"kind": "mean"},
    "rate": {"kind": "constant", "eta": 0.1},
    "competition": {"kind": "none"},
}


class Double(Recipe):
    """Oja's rule, averaged."""

    kind: ClassVar[str] = "double"

    def parts(self) -> dict[str, Any]:
        return TABLE


class DoubleClaims(RecipeClaims):
    of = "double"

    def parts(self, recipe):
        return TABLE


def recipe(**entries):
    """The double with other entries; None takes one away."""
    table = {k: v for k, v in {**TABLE, **entries}.items() if v is not None}
    return type("Broken", (Double,), {"parts": lambda self: table})()


@pytest.fixture(scope="module")
def known():
    return registry.current()


def test_a_sound_recipe_passes(known):
    for name in (CLAIMED, NAMES, LEARNS):
        hold(Double(), name, DoubleClaims(), registry=known)


@pytest.mark.parametrize(
    "entries",
    [
        {"scaling": {"kind": "sum"}},
        {"rate": {"kind": "constant", "eta": 0.2}},
        {"competition": None},
        {"pool": {"kind": "none"}},
    ],
    ids=str,
)
def test_other_parts_than_claimed_are_caught(entries):
    (name,) = entries
    assert f"{name}: found" in catch(recipe(**entries), CLAIMED, DoubleClaims())


class WorkedClaims(DoubleClaims):
    """y = 0.5; Δ = y x - y² w = (0.5 - 0.25·0.5, 1); w + 0.1 Δ."""

    examples = (
        Example({"w": [[0.5, 0.0]], "x": [[1.0, 2.0]]}, {"w": [[0.5375, 0.1]], "y": [[0.5]]}),
    )


def test_a_layer_of_a_sound_recipe_gives_the_numbers_worked_by_hand(known):
    hold(Double(), NUMBERS, WorkedClaims(), registry=known)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"rule": {"kind": "hebb"}}, "w of a layer of double"),
        ({"rate": {"kind": "constant", "eta": 0.11}}, "w of a layer of double"),
        ({"population": {"kind": "repu", "power": 2.0}}, "y of a layer of double"),
    ],
    ids=str,
)
def test_another_layer_than_worked_by_hand_is_caught(known, entries, said):
    """Also where the claims' list of parts repeats the recipe's mistake."""
    found = catch(recipe(**entries), NUMBERS, WorkedClaims(), registry=known)
    assert said in found
    assert "x = [[1.0, 2.0]]" in found


def test_without_claims_the_parts_are_not_asked():
    assert "state its formula" in skip(Double(), CLAIMED)


def test_an_entry_that_no_layer_has_is_caught(known):
    said = catch(recipe(competitor={"kind": "none"}), NAMES, registry=known)
    assert "no entry 'competitor'" in said
    assert "competition" in said


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"rule": {"kind": "ojja"}}, "oja"),
        ({"rate": {"kind": "constant", "lrr": 0.1}}, "eta"),
        ({"rate": {"kind": "constant", "eta": -1.0}}, "greater than 0"),
        ({"rate": None}, "rate"),
    ],
    ids=str,
)
def test_parts_that_there_are_not_are_caught(known, entries, said):
    assert said in catch(recipe(**entries), NAMES, registry=known)


def test_another_table_the_second_time_is_caught(known):
    tables = [TABLE, {**TABLE, "pool": {"kind": "none"}}]
    part = type("Broken", (Double,), {"parts": lambda self: tables.pop()})()
    assert "second time" in catch(part, NAMES, registry=known)


def test_a_layer_that_does_not_learn_is_caught(known):
    still = recipe(rule=None, scaling=None, rate=None)
    hold(still, NAMES, registry=known)
    assert "left the weights as they were" in catch(still, LEARNS, registry=known)


def test_without_plugins_there_is_no_layer_to_try():
    assert "no plugin provides a default" in skip(
        Double(), LEARNS, registry=Registry(lambda _: None)
    )

"""Recipes give what their sources print, on every entry, and every entry can be overridden."""

import pytest

from neuroplast import registry
from neuroplast.build import layer_spec

DENSE = {"kind": "dense", "neurons": 4}
RECIPES = [entry.part.kind for entry in registry.current().entries("recipe")]


def parts(spec):
    names = ("normalisation", "initialisation", "competition", "rule", "scaling", "population")
    return {name: getattr(spec, name).model_dump() for name in names}


def test_softhebb_is_the_published_layer():
    """BN, radius 25, softmax with anti-Hebbian losers, Δ by its largest entry, rate by norm."""
    spec = layer_spec(use="softhebb", synapse=DENSE)
    found = parts(spec)
    assert found["normalisation"] == {"kind": "batch_norm", "momentum": 0.1, "epsilon": 1e-5}
    assert found["initialisation"] == {"kind": "normal", "radius": 25.0, "spread": None}
    assert found["competition"]["kind"] == "soft_wta"
    assert found["competition"]["anti_hebbian"] is True
    assert found["competition"]["axis"] == "channels"
    assert found["rule"] == {"kind": "softhebb"}
    assert found["scaling"] == {"kind": "largest"}
    assert found["population"]["kind"] == "triangle"
    (rate,) = spec.rate
    assert (rate.kind, rate.power) == ("weight_norm", 0.5)
    assert spec.constraints == ()


def test_hard_wta_differs_in_the_plasticity_activity_alone():
    hard, soft = (layer_spec(use=kind, synapse=DENSE) for kind in ("hard_wta", "softhebb"))
    assert {**parts(hard), "competition": 0} == {**parts(soft), "competition": 0}
    assert hard.rate == soft.rate
    competition = hard.competition.model_dump()
    assert competition["kind"] == "hard_wta"
    assert competition["activity"] == "binary"
    assert competition["anti_hebbian"] is False


@pytest.mark.parametrize("kind", RECIPES)
def test_every_entry_is_valid_and_can_be_overridden(kind):
    recipe = registry.current().get("recipe", kind).part()
    plain = layer_spec(use=kind, synapse=DENSE)
    assert all(getattr(plain, name) for name in recipe.parts() if name != "dynamics")
    spec = layer_spec(
        use=kind,
        synapse=DENSE,
        normalisation="none",
        initialisation={"kind": "uniform", "radius": 3.0},
        competition={"kind": "k_wta", "k": 2},
        rule="hebb",
        scaling="mean",
        rate={"kind": "constant", "eta": 0.5},
        population="relu",
    )
    found = parts(spec)
    assert found["normalisation"] == {"kind": "none"}
    assert found["initialisation"] == {"kind": "uniform", "radius": 3.0, "positive": False}
    assert (found["competition"]["kind"], found["competition"]["k"]) == ("k_wta", 2)
    assert found["rule"] == {"kind": "hebb"}
    assert found["scaling"] == {"kind": "mean"}
    assert found["population"] == {"kind": "relu"}
    assert [rate.model_dump() for rate in spec.rate] == [{"kind": "constant", "eta": 0.5}]


def test_a_parameter_alone_leaves_the_recipes_kind():
    spec = layer_spec(
        use="softhebb", synapse=DENSE, initialisation={"radius": 3.0}, rate={"eta": 0.5}
    )
    assert (spec.initialisation.kind, spec.initialisation.radius) == ("normal", 3.0)
    assert spec.rate[0].model_dump() == {"kind": "weight_norm", "eta": 0.5, "power": 0.5}


@pytest.mark.parametrize("kind", RECIPES)
def test_a_recipe_hands_out_fresh_tables(kind):
    recipe = registry.current().get("recipe", kind).part()
    first = recipe.parts()
    for given in first.values():
        for table in given if isinstance(given, list) else [given]:
            table["kind"] = "spoilt"
    assert "spoilt" not in str(recipe.parts())

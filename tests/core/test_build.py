"""From names and tables to parts: aliases, defaults, recipes, all errors at once, and back again."""

import json
import re
from typing import ClassVar

import pytest
import torch
from support import doubles

from neuroplast import (
    Competition,
    ConfigurationError,
    Layer,
    LayerSpec,
    Recipe,
    build_layer,
    hookimpl,
    registry,
)
from neuroplast.build import RegistryResolver, expand, layer_spec
from neuroplast.errors import ScenarioError
from neuroplast.registry import Registry

DENSE = {"kind": "dense", "neurons": 3}
HEBB = {
    "synapse": DENSE,
    "rule": "hebb",
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.1},
}


def problems(**entries):
    with pytest.raises(ScenarioError) as caught:
        layer_spec(**entries)
    return {p.path: f"{p.found}; {p.remedy}" for p in caught.value.problems}


# What can be written


def test_parts_by_name_table_or_instance():
    hebb = registry.current().get("rule", "hebb").part()
    spec = layer_spec(**{**HEBB, "rule": hebb, "competition": "hard_wta"})
    assert spec.rule is hebb
    assert spec.synapse.model_dump() == DENSE
    assert spec.competition.kind == "hard_wta"


def test_defaults_stand_where_nothing_is_named():
    spec = layer_spec(**HEBB)
    kinds = {
        "normalisation": "none",
        "initialisation": "normal",
        "effective": "none",
        "similarity": "dot",
        "step": "plain",
        "competition": "none",
        "population": "linear",
        "pool": "none",
    }
    assert {name: getattr(spec, name).kind for name in kinds} == kinds
    assert spec.response_similarity is None
    assert (spec.constraints, spec.dynamics, spec.signals) == ((), (), {})


def test_one_entry_stands_for_a_list_of_one():
    one = layer_spec(**HEBB, constraints="unit_norm")
    listed = layer_spec(**{**HEBB, "rate": [HEBB["rate"]]}, constraints=["unit_norm"])
    assert one == listed
    assert len(one.rate) == len(one.constraints) == 1


def test_a_list_of_rates():
    rates = [{"kind": "weight_norm", "eta": 0.1}, "linear"]
    assert [r.kind for r in layer_spec(**{**HEBB, "rate": rates}).rate] == ["weight_norm", "linear"]


def test_aliases_are_stored_under_plain_names():
    aliased = layer_spec(
        **{**HEBB, "rate": {"kind": "constant", "lr": 0.1}},
        competition={"kind": "soft", "t_invert": 3},
        pool={"kind": "avg", "size": 1, "stride": 1},
    )
    plain = layer_spec(
        **HEBB,
        competition={"kind": "soft_wta", "inverse_temperature": 3},
        pool={"kind": "average", "size": 1, "stride": 1},
    )
    assert aliased == plain
    assert aliased.competition.model_dump()["inverse_temperature"] == 3
    assert aliased.model_dump()["rate"][0] == {"kind": "constant", "eta": 0.1}


def test_a_hyphen_stands_for_an_underscore_in_kinds():
    assert layer_spec(**HEBB, competition="hard-wta").competition.kind == "hard_wta"


# Recipes


class Tuned(Recipe):
    """A recipe that is not at the defaults of its parts."""

    kind: ClassVar[str] = "tuned"
    eta: float = 0.25

    def parts(self):
        return {
            "competition": {"kind": "soft_wta", "inverse_temperature": 7.0, "anti_hebbian": False},
            "rule": {"kind": "oja"},
            "scaling": {"kind": "mean"},
            "rate": {"kind": "weight_norm", "eta": self.eta, "power": 0.75},
            "constraints": [{"kind": "unit_norm"}],
        }


@pytest.fixture
def tuned():
    before = registry.current()
    known = Registry()
    known.load_entry_points()

    class Module:
        recipes = staticmethod(hookimpl(lambda: [Tuned]))

    known.add(Module)
    registry.use(known)
    yield
    registry.use(before)


@pytest.mark.usefixtures("tuned")
class TestRecipes:
    def test_a_recipe_fills_what_is_not_named(self):
        spec = layer_spec(use="tuned", synapse=DENSE)
        assert spec.rule.kind == "oja"
        assert spec.competition.inverse_temperature == 7
        assert spec.rate[0].model_dump() == {"kind": "weight_norm", "eta": 0.25, "power": 0.75}
        assert spec.constraints[0].kind == "unit_norm"

    def test_it_has_parameters_of_its_own(self):
        assert layer_spec(use={"kind": "tuned", "eta": 0.5}, synapse=DENSE).rate[0].eta == 0.5

    def test_a_parameter_is_overridden_and_the_others_stay(self):
        spec = layer_spec(
            use="tuned", synapse=DENSE, competition={"axis": "space"}, rate={"lr": 0.125}
        )
        competition = spec.competition
        assert (competition.axis, competition.inverse_temperature) == ("space", 7)
        assert spec.rate[0].model_dump() == {"kind": "weight_norm", "eta": 0.125, "power": 0.75}

    def test_aliases_override_too(self):
        for competition in (
            {"t_invert": 3},
            {"kind": "soft", "t_invert": 3},
            {"kind": "soft_wta", "inverse_temperature": 3},
        ):
            found = layer_spec(use="tuned", synapse=DENSE, competition=competition).competition
            assert (found.inverse_temperature, found.anti_hebbian) == (3, False)

    @pytest.mark.parametrize("name", ["soft_wta", "soft", "soft-wta"])
    def test_the_same_kind_by_any_of_its_names_keeps_the_recipes_parameters(self, name):
        for competition in (name, {"kind": name}):
            found = layer_spec(use="tuned", synapse=DENSE, competition=competition).competition
            assert (found.inverse_temperature, found.anti_hebbian) == (7, False)

    def test_another_kind_drops_them(self):
        for competition in ("k_wta", {"kind": "k_wta"}):
            spec = layer_spec(use="tuned", synapse=DENSE, competition=competition)
            assert spec.competition.model_dump() == {
                "kind": "k_wta",
                "k": 1,
                "activity": "drive",
                "axis": "channels",
                "anti_hebbian": False,
            }

    def test_lists_are_replaced_as_a_whole(self):
        assert layer_spec(use="tuned", synapse=DENSE, constraints=[]).constraints == ()
        rates = ["linear", {"kind": "constant", "eta": 1}]
        spec = layer_spec(use="tuned", synapse=DENSE, rate=rates)
        assert [r.kind for r in spec.rate] == ["linear", "constant"]

    def test_a_layer_without_a_rule_can_use_it(self):
        spec = layer_spec(use="tuned", synapse=DENSE, rule=None)
        assert spec.rule is None
        assert spec.competition.kind == "soft_wta"

    def test_where_the_entries_came_from_is_kept_and_expanding_again_changes_nothing(self):
        resolver = RegistryResolver()
        once = expand({"use": "tuned", "synapse": DENSE, "rate": {"lr": 0.5}}, resolver)
        assert once["use"] == {"kind": "tuned", "eta": 0.25}
        assert expand(once, resolver) == once
        assert layer_spec(**once) == layer_spec(use="tuned", synapse=DENSE, rate={"lr": 0.5})


def test_expanding_changes_nothing_that_was_given():
    given = {"use": "softhebb", "rate": {"lr": 0.5}, "projections": [{"rate": {"lr": 0.5}}]}
    kept = json.loads(json.dumps(given))
    expand(given, RegistryResolver())
    assert given == kept


# What is wrong


def test_everything_wrong_is_told_at_once_with_path_and_remedy():
    found = problems(
        synapse={"kind": "dens", "neurons": 3},
        rule="heb",
        scailng="sum",
        rate={"kind": "constant", "etaa": 1},
        competition={"kind": "k_wta", "k": 0},
        use="sofhebb",
        constraints=["unit_norm", "uni_norm"],
        pool=3,
        population={"power": 2},
    )
    expected = {
        "synapse": r"unknown synapse 'dens'; did you mean dense\?",
        "rule": r"unknown rule 'heb'; did you mean hebb",
        "scailng": r"unknown key; did you mean 'scaling'\?",
        "rate.etaa": r"unknown key; did you mean 'eta'\?",
        "rate.eta": r"is missing; add it",
        "competition.k": r"found 0; should be greater than or equal to 1",
        "use": r"unknown recipe 'sofhebb'; did you mean softhebb\?",
        "constraints.1": r"unknown constraint 'uni_norm'; did you mean unit_norm\?",
        "pool": r"found 3 where a pool is needed; give its name",
        "population": r"no kind is named; add kind = \.\.\. \(known: .*relu",
    }
    assert set(found) == set(expected)
    for path, message in expected.items():
        assert re.search(message, found[path]), (path, found[path])


def test_the_message_counts_and_lists_them():
    with pytest.raises(ScenarioError, match=r"^layer: 2 problems\n  .*\n  .*$") as caught:
        layer_spec(synapse="dense", rule="heb")
    assert caught.value.exit_code == 2
    assert isinstance(caught.value, ConfigurationError)


def test_a_rule_needs_scaling_and_rate_by_name():
    assert problems(synapse=DENSE, rule="hebb") == {
        "layer": "has rule 'hebb' but no scaling and no rate; name it, since nothing is implied"
    }
    rate = {"kind": "constant", "eta": 1}
    assert "no scaling" in problems(synapse=DENSE, rule="hebb", rate=rate)["layer"]
    assert "no rate" in problems(synapse=DENSE, rule="hebb", scaling="sum", rate=[])["layer"]


def test_parameters_of_recipes_are_checked():
    found = problems(use={"kind": "softhebb", "radius": 3}, synapse=DENSE)
    assert found == {"use.radius": "unknown key; known: none"}


def test_both_forms_of_a_projection_are_too_many():
    found = problems(**HEBB, projections=[HEBB])
    assert "both a synapse and projections" in found["layer"]
    found = problems(projections=[{**HEBB, "synapse": None}])
    assert "projection without a synapse" in found["layer"]


def test_problems_in_projections_have_their_path():
    found = problems(projections=[HEBB, {**HEBB, "name": "back", "rule": "heb"}])
    assert list(found) == ["back.rule"]
    found = problems(projections=[{**HEBB, "rate": {"kind": "constant", "eta": -1}}])
    assert list(found) == ["projection1.rate.eta"]


@pytest.mark.parametrize("name", ["1st", "my layer", "a.b", "*"])
def test_names_are_words(name):
    assert "name" in problems(**HEBB, name=name)


# Back again


SPECS = {
    "plain": HEBB,
    "recipe": {"use": "softhebb", "synapse": {"kind": "conv2d", "neurons": 4, "kernel": 3}},
    "everything": {
        **HEBB,
        "name": "first",
        "about": "a remark",
        "input": ["stimuli", "other"],
        "join": "concat",
        "normalisation": {"kind": "batch_norm", "momentum": 0.25},
        "initialisation": {"kind": "uniform", "radius": 3.0, "positive": True},
        "response_similarity": "dot",
        "competition": {"kind": "k_wta", "k": 2, "activity": "binary"},
        "rate": [{"kind": "weight_norm", "eta": 0.01}, {"kind": "linear", "by": "epoch"}],
        "constraints": ["unit_norm", "unit_norm"],
        "population": {"kind": "triangle", "power": 0.7},
        "pool": {"kind": "max", "size": 4, "stride": 2, "padding": 1},
    },
    "projections": {
        "competition": "hard_wta",
        "projections": [{**HEBB, "from": "stimuli"}, {**HEBB, "name": "back", "rule": "oja"}],
    },
    "no synapse": {"input": ["stimuli", "layer1"], "pool": {"kind": "avg", "size": 2, "stride": 2}},
    "no rule": {"synapse": DENSE},
}


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("by_alias", [False, True])
def test_what_was_written_is_read_back_the_same(name, by_alias):
    spec = layer_spec(**SPECS[name])
    for dump in (
        spec.model_dump(by_alias=by_alias),
        json.loads(json.dumps(spec.model_dump(mode="json", by_alias=by_alias))),
        json.loads(spec.model_dump_json(by_alias=by_alias)),
    ):
        again = layer_spec(**dump)
        assert again == spec
        assert again.model_dump() == spec.model_dump()
        for field in type(spec).model_fields:
            assert getattr(again, field) == getattr(spec, field), field


def test_parameters_are_not_lost_on_the_way():
    """Pydantic writes a field by its declared interface unless told otherwise."""
    dump = layer_spec(**SPECS["everything"]).model_dump()
    assert dump["pool"] == {"kind": "max", "size": 4, "stride": 2, "padding": 1}
    assert dump["competition"]["k"] == 2
    assert [c["kind"] for c in dump["constraints"]] == ["unit_norm", "unit_norm"]
    back = layer_spec(**SPECS["projections"]).model_dump()["projections"][1]
    assert (back["name"], back["rule"], back["synapse"]) == ("back", {"kind": "oja"}, DENSE)


def test_every_part_of_every_kind_is_read_back_the_same():
    resolver = RegistryResolver()
    seen = 0
    for kind, interface in (
        (k, e.part)
        for k in ("rule", "competition", "population", "scaling")
        for e in resolver.registry.entries(k)
    ):
        part = interface()
        assert resolver.resolve(type(part).__mro__[1], part.model_dump()) == part, kind
        seen += 1
    assert seen > 10


# Layers


def test_a_layer_in_one_call_learns():
    layer = build_layer((4,), seed=3, **HEBB)
    assert layer.w.shape == (3, 4)
    before, x = layer.w.clone(), torch.eye(4)
    layer.learn(x)
    # Σ g x over the unit vectors is w itself, over 4 stimuli, times 0.1
    torch.testing.assert_close(layer.w, before * (1 + 0.1 / 4))
    assert torch.equal(build_layer((4,), seed=3, **HEBB).w, before)


def test_a_layer_that_does_not_fit_is_refused():
    with pytest.raises(ConfigurationError, match="4 winners asked of 3"):
        build_layer((4,), **HEBB, competition={"kind": "k_wta", "k": 4})
    with pytest.raises(ConfigurationError, match="without positions"):
        build_layer((4,), **HEBB, competition={"kind": "hard_wta", "axis": "space"})


def test_inputs_of_another_shape_are_refused():
    layer = build_layer((4,), **HEBB)
    with pytest.raises(
        ConfigurationError, match=r"layer: .*shape \(5,\) were given, it takes \(4,\)"
    ):
        layer.learn(torch.zeros(2, 5))
    conv = build_layer(
        (2, 6, 6), **{**HEBB, "synapse": {"kind": "conv2d", "neurons": 1, "kernel": 3}}
    )
    with pytest.raises(ConfigurationError, match=r"\(2, 7, 7\) were given"):
        conv.respond(torch.zeros(1, 2, 7, 7))


# Without a registry


def test_parts_given_as_instances_need_no_registry():
    assert Layer(doubles.spec(), (2,)).w.shape == (2, 2)


def test_names_without_a_registry_say_what_to_do():
    with pytest.raises(ValueError, match=r"a rule is needed here; .*build_layer"):
        LayerSpec(**{**doubles.common(), **doubles.neural(), "rule": "hebb"})


def test_the_resolver_takes_names_and_tables_alone():
    resolver = RegistryResolver()
    for wrong in (3, ["hard_wta"], None):
        with pytest.raises(ConfigurationError, match="where a competition is needed"):
            resolver.resolve(Competition, wrong)
    for wrong in ({}, {"k": 2}, {"kind": 3}):
        with pytest.raises(ConfigurationError, match="no kind is named"):
            resolver.resolve(Competition, wrong)

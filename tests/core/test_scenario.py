"""What a scenario file may look like, what it comes to, and what is said of one that cannot be meant."""

import json

import pytest

from neuroplast import ConfigurationError, ScenarioError, registry
from neuroplast.drafts import check_fit, draft, load_scenario
from neuroplast.schema import schema

LAYER = {
    "synapse": {"kind": "dense", "neurons": 3},
    "rule": "oja",
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.01},
}
STIMULI = {"kind": "gaussian_clusters", "clusters": 3, "inputs": 4, "train": 60, "test": 30}
SHIPPED = sorted(registry.current().kinds()["scenario"])


def tables(**changes):
    """A small scenario as tables; None leaves an entry out."""
    whole = {"stimuli": STIMULI, "layers": [LAYER], **changes}
    return {name: value for name, value in whole.items() if value is not None}


def loaded(*sets, **changes):
    return load_scenario(tables(**changes), sets)


def refused(*sets, **changes):
    """The lines of what is said."""
    with pytest.raises(ConfigurationError) as caught:
        loaded(*sets, **changes)
    return str(caught.value).splitlines()


def problem(*sets, **changes):
    """What is said of the only thing that is wrong."""
    first, *lines = refused(*sets, **changes)
    assert first == "scenario: 1 problem"
    assert len(lines) == 1
    return lines[0].strip()


# Short forms


def test_one_seed():
    assert loaded(seed=3).seeds == (3,)
    assert loaded(seeds=[4, 2]).seeds == (4, 2)
    assert loaded().seeds == (0,)


def test_keys_of_the_only_phase_at_the_top_level():
    (phase,) = loaded(presentations=40, batch=5, shuffle=False, update="after").phases
    assert (phase.presentations, phase.batch, phase.shuffle) == (40, 5, False)
    assert (phase.epochs, phase.update, phase.name) == (None, "after", "phase1")


def test_a_phase_of_its_own_is_the_same():
    short = loaded(epochs=2, batch=5)
    assert short == loaded(phases=[{"epochs": 2, "batch": 5}])
    assert short != loaded(phases=[{"epochs": 3, "batch": 5}])


def test_the_name_of_a_kind_stands_for_a_part():
    long = loaded(
        layers=[{**LAYER, "rule": {"kind": "oja"}, "scaling": {"kind": "mean"}}],
        readouts=[{"kind": "ridge", "at": ["end"]}],
    )
    assert long == loaded(readouts=["ridge"])


def test_one_entry_stands_for_a_list_of_one():
    listed = loaded(
        layers=[{**LAYER, "rate": [LAYER["rate"]], "constraints": ["unit_norm"]}],
        readouts=[{"kind": "ridge", "at": ["start"]}],
        measures=["principal_component"],
        phases=[{"epochs": 2}],
    )
    single = loaded(
        layers={**LAYER, "constraints": "unit_norm"},
        readouts={"kind": "ridge", "at": "start"},
        measures="principal_component",
        phases={"epochs": 2},
    )
    assert single == listed
    assert [c.kind for c in single.layers[0].constraints] == ["unit_norm"]
    assert loaded("readouts=ridge") == loaded(readouts=["ridge"])


def test_layers_and_phases_are_numbered_where_they_have_no_names():
    scenario = loaded(layers=[LAYER, {**LAYER, "name": "top"}, LAYER], phases=[{}, {}])
    assert [layer.name for layer in scenario.layers] == ["layer1", "top", "layer3"]
    assert [phase.name for phase in scenario.phases] == ["phase1", "phase2"]


# Other names


@pytest.mark.parametrize(
    ("word", "meant"),
    [("successive", "greedy"), ("consecutive", "simultaneous"), ("greedy", "greedy")],
)
def test_names_that_users_know_for_the_order_of_layers(word, meant):
    assert loaded(order=word).phases[0].order == meant
    assert loaded(f"order={word}").phases[0].order == meant
    assert loaded().phases[0].order == "simultaneous"


def test_other_names_of_parameters():
    rate = {"kind": "constant", "lr": 0.5}
    competition = {"kind": "soft", "t_invert": 3.0}
    (layer,) = loaded(layers=[{**LAYER, "rate": rate, "competition": competition}]).layers
    assert layer.rate[0].eta == 0.5
    assert layer.competition.model_dump() == {
        **{"kind": "soft_wta", "inverse_temperature": 3.0},
        **{"anti_hebbian": True, "axis": "channels"},
    }
    (layer,) = loaded("layer1.rate.lr=0.25", layers=[{**LAYER, "rate": rate}]).layers
    assert layer.rate[0].eta == 0.25


# Recipes


def test_entries_override_those_of_the_recipe():
    entries = {
        **{"use": "softhebb", "synapse": LAYER["synapse"]},
        **{"rate": {"lr": 0.3}, "competition": {"t_invert": 2.0}, "population": "relu"},
    }
    (layer,) = loaded(layers=[entries]).layers
    assert (layer.rate[0].kind, layer.rate[0].eta) == ("weight_norm", 0.3)
    assert (layer.competition.kind, layer.competition.inverse_temperature) == ("soft_wta", 2.0)
    assert (layer.population.kind, layer.rule.kind) == ("relu", "softhebb")


def test_a_part_of_another_kind_keeps_nothing_of_the_recipe_s():
    entries = {"use": "softhebb", "synapse": LAYER["synapse"], "rate": LAYER["rate"]}
    (layer,) = loaded(layers=[entries]).layers
    assert layer.rate[0].model_dump() == {"kind": "constant", "eta": 0.01}


def test_another_recipe_takes_the_place_of_the_first():
    entries = {"use": "softhebb", "synapse": LAYER["synapse"], "rate": {"eta": 0.3}}
    (layer,) = loaded("layer1.use=hard_wta", layers=[entries]).layers
    assert (layer.competition.kind, layer.use.kind) == ("hard_wta", "hard_wta")
    assert layer.rate[0].eta == 0.3
    given = draft(
        tables(layers=[entries], conditions=[{"name": "hard", "set": {"*.use": "hard_wta"}}])
    )
    assert given.resolve("hard").layers[0].competition.kind == "hard_wta"
    assert given.resolve().layers[0].competition.kind == "soft_wta"


def test_what_only_the_first_recipe_can_use_is_not_dropped_in_silence():
    entries = {"use": "softhebb", "synapse": LAYER["synapse"]}
    entries["competition"] = {"inverse_temperature": 0.25}
    said = problem("layer1.use=hard_wta", layers=[entries])
    assert said.startswith("layer1.competition.inverse_temperature: unknown key")


# --set


def test_assignments_by_layer_and_by_star():
    scenario = loaded("layer2.rate.eta=0.5", "*.scaling=sum", layers=[LAYER, LAYER])
    assert [layer.rate[0].eta for layer in scenario.layers] == [0.01, 0.5]
    assert [layer.scaling.kind for layer in scenario.layers] == ["sum", "sum"]


def test_assignments_in_the_short_form_that_a_file_may_have():
    for written in (
        {"presentations": 40, "seed": 1},
        {"phases": [{"presentations": 40}], "seeds": [1]},
    ):
        scenario = loaded("seed=7", "presentations=20", "batch=4", **written)
        assert scenario.seeds == (7,)
        assert (scenario.phases[0].presentations, scenario.phases[0].batch) == (20, 4)


def test_the_length_that_is_set_takes_the_place_of_the_other():
    (phase,) = loaded("presentations=20", epochs=3).phases
    assert (phase.epochs, phase.presentations) == (None, 20)
    (phase,) = loaded("phases.phase1.epochs=2", presentations=40).phases
    assert (phase.epochs, phase.presentations) == (2, None)
    assert "has both epochs and presentations" in problem("phases=[{epochs=2, presentations=20}]")


def test_the_key_of_a_phase_where_there_are_several():
    (said,) = refused("batch=3", phases=[{"name": "burn_in"}, {"name": "learn"}])
    assert "there are 2 phases" in said
    assert "burn_in, learn" in said


def test_values_are_toml_or_text():
    assert loaded("validation=0.25").validation == 0.25
    assert loaded("seeds=[5, 6]").seeds == (5, 6)
    assert loaded("about=it is so").about == "it is so"
    assert loaded("layer1.rule={kind = 'hebb'}").layers[0].rule.kind == "hebb"


@pytest.mark.parametrize("text", ["seed", "=3", ""])
def test_an_assignment_without_path_or_value(text):
    (said,) = refused(text)
    assert "path=value" in said


def test_a_path_that_leads_nowhere():
    (said,) = refused("layers.layer9.rule=hebb")
    assert "no entry 'layer9'" in said
    assert "layer1" in said


# Conditions


def conditioned(*conditions, **changes):
    return draft(tables(conditions=list(conditions), **changes))


def test_conditions_set_paths():
    given = conditioned(
        {"name": "plain"},
        {
            "name": "odd",
            "set": {
                "layers.*.rate.eta": 0.5,
                "layer2.rule": "hebb",
                "phases.phase1": {"epochs": 4},
                "seed": 9,
                "batch": 6,
            },
        },
        layers=[LAYER, LAYER],
    )
    assert given.conditions == ["plain", "odd"]
    plain, odd = given.resolve("plain"), given.resolve("odd")
    assert [layer.rate[0].eta for layer in plain.layers] == [0.01, 0.01]
    assert [layer.rate[0].eta for layer in odd.layers] == [0.5, 0.5]
    assert [layer.rule.kind for layer in odd.layers] == ["oja", "hebb"]
    assert (odd.phases[0].epochs, odd.phases[0].batch, odd.seeds) == (4, 6, (9,))
    assert (plain.phases[0].batch, plain.seeds) == (10, (0,))
    assert plain.conditions == ()


def test_conditions_replace_lists_as_a_whole():
    given = conditioned(
        {"name": "none", "set": {"layers": [], "readouts": ["ridge"]}},
        {"name": "another", "set": {"layers": [{**LAYER, "use": "softhebb"}], "phases": [{}, {}]}},
        layers=[LAYER, LAYER],
        readouts=["linear", {"kind": "ridge", "alpha": 2.0}],
    )
    none, another = given.resolve("none"), given.resolve("another")
    assert none.layers == ()
    assert [r.part.kind for r in none.readouts] == ["ridge"]
    assert none.readouts[0].part.alpha == 1.0
    assert [layer.name for layer in another.layers] == ["layer1"]
    assert another.layers[0].population.kind == "triangle"
    assert [phase.name for phase in another.phases] == ["phase1", "phase2"]


def test_a_set_comes_before_the_conditions():
    given = draft(
        tables(conditions=[{"name": "a", "set": {"layer1.rate.eta": 0.5}}]),
        ["layer1.rate.eta=0.25", "layer1.scaling=sum"],
    )
    (layer,) = given.resolve("a").layers
    assert (layer.rate[0].eta, layer.scaling.kind) == (0.5, "sum")


def test_a_condition_that_is_not_there():
    with pytest.raises(ConfigurationError, match=r"no condition 'plane'; did you mean 'plain'\?"):
        conditioned({"name": "plain"}).resolve("plane")


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"name": "plain", "sett": {}}, "plain.sett: unknown key; did you mean 'set'?"),
        ({"name": "up/down"}, "up/down"),
        ({"name": "plain"}, "two conditions with the name 'plain'"),
    ],
)
def test_tables_of_conditions_are_checked_though_one_is_chosen(condition, told):
    given = conditioned({"name": "plain"}, condition)
    with pytest.raises(ScenarioError) as caught:
        given.resolve("plain")
    assert told in str(caught.value)


def test_what_is_wrong_in_a_condition_names_it():
    with pytest.raises(ScenarioError, match="condition odd") as caught:
        conditioned({"name": "odd", "set": {"layer1.rule": "ojja"}}).resolve("odd")
    assert "layer1.rule: unknown rule 'ojja'; did you mean oja?" in str(caught.value)


# What cannot be meant


def test_all_errors_at_once_with_paths_and_nearest_names():
    first, *lines = refused(
        stimulli=3,
        layers=[
            {**LAYER, "rule": "ojja", "ratte": 3},
            {**LAYER, "synapse": {"kind": "dense", "neurons": 0}},
        ],
        readouts=[{"kind": "linear", "epochs": 0}],
        phases=[{"name": "learn", "batch": 0}],
    )
    assert first == "scenario: 6 problems"
    assert sorted(line.strip() for line in lines) == [
        "layer1.ratte: unknown key; did you mean 'rate'?",
        "layer1.rule: unknown rule 'ojja'; did you mean oja?",
        "layer2.synapse.neurons: found 0; should be greater than or equal to 1",
        "learn.batch: found 0; should be greater than or equal to 1",
        "readout1.epochs: found 0; should be greater than or equal to 1",
        "stimulli: unknown key; did you mean 'stimuli'?",
    ]


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (["scaling"], "layer1: has rule 'oja' but no scaling; name it, since nothing is implied"),
        (["rate"], "layer1: has rule 'oja' but no rate; name it, since nothing is implied"),
        (["scaling", "rate"], "layer1: has rule 'oja' but no scaling and no rate; name it, "),
    ],
)
def test_nothing_is_implied_of_a_rule(missing, told):
    entries = {name: part for name, part in LAYER.items() if name not in missing}
    assert problem(layers=[entries]).startswith(told)


def test_without_stimuli():
    assert problem(stimuli=None) == "stimuli: is missing; add it"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seeds": [1, 2, 1]}, "seeds [1, 2, 1] must be distinct and not negative; change 1"),
        ({"seeds": [-4]}, "seeds [-4] must be distinct and not negative; change -4"),
        ({"seeds": []}, "seeds is an empty list; give one seed or more"),
        ({"layers": [{**LAYER, "name": "a"}] * 2}, "the name 'a' is taken"),
        ({"phases": [{"name": "a"}, {"name": "a"}]}, "two phases with the name 'a'"),
        ({"readouts": ["ridge", {"kind": "ridge", "alpha": 2.0}]}, "the name 'ridge'"),
        (
            {
                "readouts": [{"kind": "ridge", "name": "a"}],
                "measures": [{"kind": "principal_component", "name": "a"}],
            },
            "the name 'a'",
        ),
        ({"phases": [{"layers": ["layer7"]}]}, "a layer 'layer7' that is not there"),
        ({"phases": [{"layers": ["layer7"]}]}, "did you mean 'layer1'?"),
        ({"readouts": [{"kind": "ridge", "layer": "leyer1"}]}, "did you mean 'layer1'?"),
        ({"epochs": 2, "presentations": 10}, "has both epochs and presentations"),
        ({"readouts": [{"kind": "ridge", "at": "epoch 3"}], "epochs": 2}, "'epoch 3'"),
    ],
)
def test_entries_that_contradict_each_other(changes, told):
    assert told in problem(**changes)


def test_of_two_read_outs_of_a_kind_each_can_have_a_name():
    scenario = loaded(readouts=["ridge", {"kind": "ridge", "name": "strong", "alpha": 9.0}])
    assert [r.name for r in scenario.readouts] == ["", "strong"]


def test_a_time_that_comes_is_not_refused():
    readouts = [{"kind": "ridge", "at": ["start", "epoch 3", "every 7 steps", "end"]}]
    assert loaded(readouts=readouts, epochs=3)
    assert loaded(readouts=readouts, presentations=1000)


@pytest.mark.parametrize("at", ["epoch 0", "every 0 steps", "every step", "later", "epoch one"])
def test_times_that_nobody_understands(at):
    assert problem(readouts=[{"kind": "ridge", "at": [at]}]).startswith(
        f"readout1.at.0: found {at!r}"
    )


def test_seed_beside_seeds():
    (said,) = refused(seed=1, seeds=[2])
    assert said == "scenario: has both seed and seeds; keep one of them"


def test_phases_beside_keys_of_a_phase():
    (said,) = refused(phases=[{"epochs": 2}], batch=4)
    assert said == "scenario: has phases, and batch outside them; move these into a phase"


def test_a_seed_that_is_no_number():
    assert problem(seed="x").startswith("seeds.0: found 'x'")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1, -0.5])
def test_shares_that_cannot_be(value):
    assert "validation" in refused(validation=value)[1]


# Files


def test_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("seed = 2\nstimuli = 'oriented_bars'\nlayers = []\n")
    scenario = load_scenario(path)
    assert (scenario.title, scenario.seeds, scenario.layers) == ("mine", (2,), ())
    assert load_scenario(str(path)) == scenario


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(ConfigurationError, match=r"none\.toml: cannot be read \(No such file"):
        load_scenario(path)


def test_a_file_that_is_no_toml(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text("seed = = 2\n")
    with pytest.raises(ConfigurationError, match=r"bad\.toml: is no valid toml file: .*line 1"):
        load_scenario(path)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_bytes(b"about = '\xff\xfe'")
    with pytest.raises(ConfigurationError, match="is no valid toml file"):
        load_scenario(path)


def test_a_name_that_nobody_ships():
    with pytest.raises(ConfigurationError, match="did you mean quickstart"):
        load_scenario("quickstar")


def test_shipped_names_may_be_written_with_hyphens():
    assert load_scenario("oja-first-component") == load_scenario("oja_first_component")


def test_what_is_loaded_is_not_changed():
    given = tables(seed=3, order="successive", layers=[{**LAYER, "use": "softhebb"}])
    before = json.dumps(given)
    load_scenario(given, ["layer1.rate.eta=0.9"])
    assert json.dumps(given) == before


# Loading a dump gives the same scenario


def everything():
    return tables(
        title="all",
        about="θ",
        seeds=[3, 1],
        validation=0.2,
        evaluate=["test"],
        layers=[
            {
                **LAYER,
                "about": "first",
                "rate": [{"kind": "constant", "eta": 1 / 3}, {"kind": "linear", "eta": 1.0}],
            },
            {"use": "softhebb", "synapse": {"kind": "dense", "neurons": 5}, "input": "stimuli"},
            {
                "name": "both",
                "input": ["layer1", "layer2"],
                "join": "concat",
                "projections": [
                    {
                        **{"name": "near", "from": "layer1", "synapse": LAYER["synapse"]},
                        **{"rule": "hebb", "scaling": "sum", "rate": LAYER["rate"]},
                    },
                    {"from": "stimuli", "synapse": LAYER["synapse"], "constraints": ["unit_norm"]},
                ],
            },
        ],
        phases=[
            {"name": "a", "adapt": ["statistics"], "presentations": 20},
            {"name": "b", "order": "successive", "layers": ["layer1", "both"], "epochs": 2},
            {"name": "c", "learning": "gradient", "gradient": {"eta": 0.1, "halve": True}},
        ],
        readouts=[{"kind": "ridge", "name": "mine", "layer": "both", "at": ["start", "epoch 1"]}],
        measures=[{"kind": "principal_component", "at": "every 3 steps"}],
        conditions=[{"name": "x", "set": {"layers.*.scaling": "sum"}}],
        published=[{"what": "accuracy", "value": 0.1, "source": "somebody"}],
        record={"every": 7},
    )


def same_again(scenario):
    written = json.loads(json.dumps(scenario.plain(), allow_nan=False))
    again = load_scenario(written)
    assert again == scenario
    assert again.plain() == scenario.plain()
    for layer, same in zip(scenario.layers, again.layers, strict=True):
        assert str(layer.all_projections()) == str(same.all_projections())
        assert layer.sentence() == same.sentence()


def test_everything_comes_back():
    scenario = load_scenario(everything())
    same_again(scenario)
    parts = {part.kind for part in scenario.parts()}
    assert {"gaussian_clusters", "oja", "hebb", "unit_norm", "ridge", "triangle"} <= parts
    assert scenario != load_scenario(everything(), ["both.projections.0.rate.eta=0.02"])


def in_every_condition(name):
    given = draft(name)
    return {c: given.resolve(c) for c in ("", *given.conditions)}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_come_back_in_every_condition(name):
    for scenario in in_every_condition(name).values():
        same_again(scenario)


# Whether layers fit


def test_layers_that_do_not_fit():
    scenario = loaded(layers=[{**LAYER, "synapse": {"kind": "conv2d", "neurons": 2, "kernel": 3}}])
    (found,) = check_fit(scenario, (4,))
    assert found.path == "layer1"
    assert check_fit(scenario, (1, 5, 5)) == []


# The schema


def refers(whole, node):
    return whole["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def accepts(whole, node, value):
    """Whether a value is valid; the words of JSON schema that are used here, and no others."""
    known = {
        *("$defs", "$ref", "anyOf", "additionalProperties", "const", "default", "description"),
        *("enum", "exclusiveMaximum", "exclusiveMinimum", "items", "maxItems", "maximum"),
        *("minItems", "minLength", "minimum", "pattern", "prefixItems", "properties"),
        *("propertyNames", "required", "title", "type"),
    }
    assert set(node) <= known, set(node) - known
    if "$ref" in node and not accepts(whole, refers(whole, node), value):
        return False
    if "anyOf" in node and not any(accepts(whole, n, value) for n in node["anyOf"]):
        return False
    if "enum" in node and value not in node["enum"]:
        return False
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    types |= {"integer": int, "number": (int, float)}
    if "type" in node:
        if not isinstance(value, types[node["type"]]):
            return False
        if isinstance(value, bool) and node["type"] in ("integer", "number"):
            return False
    if isinstance(value, dict):
        own = node.get("properties", {})
        for name, entry in value.items():
            inside = own.get(name, node.get("additionalProperties", {}))
            if inside is False or (inside is not True and not accepts(whole, inside, entry)):
                return False
        return set(node.get("required", [])) <= set(value)
    if isinstance(value, list) and "items" in node:
        return all(accepts(whole, node["items"], entry) for entry in value)
    return not ("minimum" in node and value < node["minimum"])


def valid(value):
    whole = schema()
    return accepts(whole, whole, value)


def test_the_schema_is_json_and_its_references_lead_somewhere():
    whole = schema()
    text = json.dumps(whole)
    for part in text.split('"$ref": "')[1:]:
        where = part.partition('"')[0]
        assert where.removeprefix("#/$defs/") in whole["$defs"], where
    assert "x-part" not in text
    assert "oja" in text


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_files_are_valid_by_the_schema(name):
    import tomllib

    path = registry.current().scenario(name)
    assert valid(tomllib.loads(path.read_text(encoding="utf-8")))


def test_short_forms_and_dumps_are_valid_by_the_schema():
    assert valid(tables(seed=3, order="successive", epochs=2))
    assert valid(tables(layers={**LAYER, "rate": [LAYER["rate"]]}, readouts="ridge"))
    assert valid(everything())


@pytest.mark.parametrize(
    "changes",
    [
        {"stimulli": 3},
        {"seed": "x"},
        {"layers": [{**LAYER, "rule": "ojja"}]},
        {"layers": [{**LAYER, "ratte": 3}]},
        {"phases": [{"order": "sometimes"}]},
        {"stimuli": None},
    ],
)
def test_what_is_refused_is_not_valid_by_the_schema(changes):
    assert not valid(tables(**changes))
    assert refused(**changes)


@pytest.mark.parametrize("turned", [False, True])
def test_a_kind_and_its_parameters_may_be_set_in_any_order(turned):
    sets = ["layer1.competition.kind=k_wta", "layer1.competition.k=3"]
    found = load_scenario("quickstart", reversed(sets) if turned else sets, condition="learned")
    assert found.layers[0].competition.model_dump()["kind"] == "k_wta"
    assert found.layers[0].competition.model_dump()["k"] == 3

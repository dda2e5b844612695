"""How `list` and `show` take names, and what they print."""

import json

import pytest


@pytest.mark.parametrize("kind", ["competition", "competitions", "comp", "Comp"])
def test_a_kind_by_its_name_its_plural_or_a_unique_beginning(cli, kind):
    answer = cli("list", kind)
    assert answer.code == 0
    assert answer.out.startswith("hard_wta")


def test_kinds_whose_plural_is_irregular(cli):
    assert "dot" in cli("list", "similarities").out
    assert "quickstart" in cli("list", "scenarios").out


def test_a_beginning_of_several_kinds_lists_them(cli):
    answer = cli("list", "rec")
    assert (answer.code, "softhebb" in answer.out) == (0, True)
    answer = cli("list", "r")
    assert answer.code == 2
    assert "kind 'r' is ambiguous; it may be rate, readout, recipe, rule" in answer.err


@pytest.mark.parametrize(
    ("name", "ways"), [("oja", "show rule oja"), ("linear", "show population linear, show rate li")]
)
def test_a_name_is_no_kind(cli, name, ways):
    answer = cli("list", name)
    assert answer.code == 2
    assert f"{name!r} is a name, and no kind; write: {ways}" in answer.err


def test_an_unknown_kind_lists_all(cli):
    answer = cli("list", "gadget")
    assert answer.code == 2
    assert "unknown kind 'gadget'; known: architecture, competition" in answer.err


def test_list_counts_what_it_names(cli):
    counts = [line.split() for line in cli("list", "--quiet").out.splitlines()]
    kinds = json.loads(cli("list", "--json").out)
    assert counts
    for kind, count, *names in counts:
        assert int(count) == len(kinds[kind]) == len(names)


def test_list_of_a_kind_as_json(cli):
    parts = json.loads(cli("list", "rules", "--json").out)
    (oja,) = [part for part in parts if part["name"] == "oja"]
    assert oja["package"] == "neuroplast"
    assert oja["about"].startswith("Oja's rule")


@pytest.mark.parametrize(
    "words", [("rule", "oja"), ("rules", "OJA"), ("rul", "oj"), ("oja",)], ids=" ".join
)
def test_show_a_part(cli, words):
    """`oja` begins a scenario's name too; the whole name comes first."""
    answer = cli("show", *words)
    assert answer.code == 0
    assert answer.out.startswith("rule oja")
    assert "Δw_ij" in answer.out
    assert "package neuroplast 0." in answer.out


def test_show_tells_type_range_default_and_aliases_of_parameters(cli):
    told = json.loads(cli("show", "competition", "soft-wta", "--json").out)
    assert "soft" in told["aliases"]
    heat = {p["name"]: p for p in told["parameters"]}["inverse_temperature"]
    assert heat == {
        "name": "inverse_temperature",
        "aliases": ["t_invert"],
        "type": "float",
        "range": "> 0",
        "required": False,
        "default": 1.0,
        "about": heat["about"],
    }
    line = cli("show", "competition", "soft").out.partition("Parameters:\n")[2].splitlines()[0]
    assert "also t_invert" in line
    assert "float > 0" in line
    assert "default 1.0" in line


@pytest.mark.parametrize(
    ("rule", "bounds", "surrogate"),
    [
        ("hebb", "by constraint unit_norm", "stated"),
        ("oja", "by itself", "stated"),
        ("softhebb", "by itself", "none"),
    ],
)
def test_show_tells_what_bounds_a_rule_and_whether_it_states_a_loss(cli, rule, bounds, surrogate):
    lines = cli("show", "rule", rule).out.splitlines()
    assert f"Bounded: {bounds}" in lines
    assert f"Surrogate loss: {surrogate}" in lines
    told = json.loads(cli("show", "rule", rule, "--json").out)
    assert told["bounded"] == (bounds == "by itself")
    assert told["surrogate"] == (surrogate == "stated")
    assert "bounded" not in json.loads(cli("show", "competition", "soft-wta", "--json").out)


def test_show_tells_of_a_needed_parameter(cli):
    assert "needed" in cli("show", "synapse", "dense").out


def test_a_name_in_several_kinds_lists_them(cli):
    answer = cli("show", "linear")
    assert answer.code == 2
    assert "show population linear, show rate linear, show readout linear" in answer.err


def test_a_beginning_of_several_names_lists_them(cli):
    answer = cli("show", "scenario", "softhebb")
    assert answer.code == 2
    assert "it may be softhebb_cifar10, softhebb_mnist" in answer.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rule", "ojja"), "unknown rule 'ojja'; did you mean oja?"),
        (("ojja",), "no part or scenario 'ojja'; did you mean 'oja'?"),
        (("scenario", "quickest"), "unknown scenario 'quickest'; did you mean quickstart?"),
        (("nowhere.toml",), "nowhere.toml: cannot be read"),
        (("rule", "linear"), "found of another kind: population linear, rate linear, readout lin"),
        (("rule", "k-winners"), "unknown rule 'k-winners'; found of another kind: competition k_"),
        (("rule", "quickstart"), "unknown rule 'quickstart'; found of another kind: scenario qui"),
        (("rules",), "'rules' is a kind; name one too: show rule NAME"),
        (("ruul",), "no part or scenario 'ruul'; did you mean 'rule'?"),
        (("",), "no part or scenario ''; see what there is: neuroplast list"),
        (("mine.py",), "mine.py: is a plugin, not a part; write the name of the part, and --plu"),
        (("rule", "oja", "--set", "a=b"), "--set a=b: rule oja is no scenario; leave it out"),
        (("rule", ""), "unknown rule ''; known: "),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_an_unknown_name_gets_the_nearest(cli, words, told):
    answer = cli("show", *words)
    assert answer.code == 2
    assert told in answer.err


def test_a_scenario_whose_file_has_hyphens_and_capitals(cli, plugin, scenario):
    plugin(
        "theirs",
        "from pathlib import Path\nfrom neuroplast import hookimpl\n\n@hookimpl\ndef scenarios():\n"
        f"    return [Path({str(scenario('My-Question.toml'))!r})]\n",
    )
    for words in (
        ("show", "My-Question"),
        ("show", "scenario", "my_q"),
        ("validate", "My_Question"),
    ):
        answer = cli(*words)
        assert (answer.code, answer.err) == (0, "")


def test_show_a_scenario(cli, scenario):
    file = scenario(
        about='about = "What is asked"',
        published='[[published]]\nwhat = "cosine"\nvalue = 0.9\nsd = 0.1\nsource = "somebody"',
        conditions='[[conditions]]\nname = "fast"\nset = { "layer1.rate.eta" = 0.5 }',
    )
    answer = cli("show", file)
    assert answer.code == 0
    for told in (
        "What is asked",
        "layer1: x̂ = none",
        "Δ = oja, scaled by mean, η = constant(eta=0.01)",
        "40 presentations in batches of 10",
        "evaluated end: principal_component",
        "condition fast: as above (layer1.rate.eta = 0.5)",
        "published: cosine 0.9 ± 0.1 (somebody)",
    ):
        assert told in answer.out


def test_show_a_scenario_with_something_set(cli, scenario):
    assert "constant(eta=0.25)" in cli("show", scenario(), "--set", "layer1.rate.eta=0.25").out


def test_a_scenario_as_json_is_the_same_scenario(cli, scenario, tmp_path):
    """What is printed can be run."""
    again = tmp_path / "again.json"
    told = json.loads(cli("show", scenario(), "--json").out)
    again.write_text(json.dumps(told))
    assert json.loads(cli("show", again, "--json").out) == told


def test_the_schema_knows_every_rule(cli):
    schema = json.loads(cli("schema").out)
    names = set(json.loads(cli("list", "--json").out)["rule"])
    found = json.dumps(schema["$defs"]["rule"])
    assert names
    assert all(f'"{name}"' in found for name in names)

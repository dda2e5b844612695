from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroplast import ConfigurationError
from neuroplast.tables import assign, assignment, merged, nearest

# Merging


def test_tables_merge_by_key():
    base = {"a": 1, "b": {"c": 2, "d": 3}}
    assert merged(base, {"b": {"d": 4}, "e": 5}) == {"a": 1, "b": {"c": 2, "d": 4}, "e": 5}


def test_lists_and_values_are_replaced_as_a_whole():
    assert merged({"a": [1, 2], "b": 1}, {"a": [3], "b": None}) == {"a": [3], "b": None}
    assert merged([1, 2], [3]) == [3]
    assert merged({"a": 1}, 5) == 5


def test_a_part_of_the_same_kind_keeps_what_is_not_overridden():
    base = {"kind": "k_wta", "k": 3, "axis": "space"}
    assert merged(base, {"k": 5}) == {"kind": "k_wta", "k": 5, "axis": "space"}
    assert merged(base, {"kind": "k_wta", "k": 5}) == {"kind": "k_wta", "k": 5, "axis": "space"}


def test_a_part_of_another_kind_replaces_it():
    base = {"kind": "k_wta", "k": 3, "axis": "space"}
    assert merged(base, {"kind": "soft_wta"}) == {"kind": "soft_wta"}
    assert merged(base, "soft_wta") == {"kind": "soft_wta"}
    assert merged(base, "k_wta") == base  # the same kind by its name alone
    assert merged("k_wta", {"k": 3}) == {"k": 3}  # no part stands there: a name is a value
    assert merged("k_wta", {"kind": "k_wta", "k": 3}) == {"kind": "k_wta", "k": 3}


TABLES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b"]) | st.lists(st.integers(0, 3), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from(["kind", "x", "y"]), inner, max_size=3),
    max_leaves=8,
)


@given(base=TABLES, override=TABLES)
def test_merging_changes_neither_side(base, override):
    kept = deepcopy((base, override))
    merged(base, override)
    assert (base, override) == kept


@given(table=TABLES)
def test_merging_with_itself_or_on_nothing_changes_nothing(table):
    assert merged(table, table) == table
    if isinstance(table, dict):
        assert merged({}, table) == table
        assert merged(table, {}) == table


# path=value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b=1", 1),
        ("a.b=1.5e-3", 1.5e-3),
        ("a.b=true", True),
        ("a.b=soft_wta", "soft_wta"),
        ('a.b="soft_wta"', "soft_wta"),
        ("a.b=[1, 2]", [1, 2]),
        ("a.b={ kind = 'x', k = 2 }", {"kind": "x", "k": 2}),
        ("a.b=x=y", "x=y"),
        ("a.b=", ""),
        (" a.b = 3 ", 3),
        ("a.b=-2", -2),
        ("a.b=True", "True"),  # not TOML, so a word; validation will say what is wanted
    ],
)
def test_an_assignment_has_a_path_and_a_value_as_in_a_file(text, value):
    assert assignment(text) == ("a.b", value)


@pytest.mark.parametrize("text", ["a.b", "", "=3", " =3"])
def test_an_assignment_without_a_path_or_a_value_is_refused(text):
    with pytest.raises(ConfigurationError, match="--set"):
        assignment(text)


# Assigning


def data():
    return {
        "title": "t",
        "stimuli": {"kind": "gaussian", "inputs": 4},
        "layers": [
            {
                "name": "first",
                "synapse": {"kind": "dense", "neurons": 3},
                "competition": {"kind": "k_wta", "k": 3, "axis": "space"},
                "rate": {"kind": "constant", "eta": 0.1},
                "constraints": ["unit_norm"],
            },
            {
                "synapse": {"kind": "dense", "neurons": 2},
                "rate": [{"kind": "constant", "eta": 0.1}, {"kind": "linear"}],
                "projections": [{"rule": "hebb"}, {"name": "back", "rule": "oja"}],
            },
        ],
        "phases": [{"name": "learn", "batch": 10}],
        "readouts": [
            {"kind": "linear", "name": "head", "layer": "first", "at": "start", "epochs": 3}
        ],
    }


def after(path, value):
    table = data()
    assign(table, path, value)
    return table


def test_entries_by_dotted_path():
    assert after("title", "x")["title"] == "x"
    assert after("stimuli.inputs", 7)["stimuli"] == {"kind": "gaussian", "inputs": 7}
    assert after("record.every", 5)["record"] == {"every": 5}  # a table that was not there


@pytest.mark.parametrize("path", ["first.rate.eta", "layers.first.rate.eta", "layers.0.rate.eta"])
def test_layers_by_name_or_number(path):
    table = after(path, 0.5)
    assert table["layers"][0]["rate"] == {"kind": "constant", "eta": 0.5}
    assert table["layers"][1] == data()["layers"][1]


def test_a_layer_without_a_name_has_its_number():
    for path in ("layer2.synapse.neurons", "layers.layer2.synapse.neurons"):
        assert after(path, 9)["layers"][1]["synapse"]["neurons"] == 9


@pytest.mark.parametrize("path", ["*.pool", "layers.*.pool"])
def test_all_layers_at_once(path):
    assert [layer["pool"] for layer in after(path, "max")["layers"]] == ["max", "max"]


def test_phases_and_readouts_by_name_or_number():
    for path in ("phases.learn.batch", "phases.0.batch"):
        assert after(path, 5)["phases"] == [{"name": "learn", "batch": 5}]
    for path in ("readouts.head.epochs", "readouts.0.epochs", "readouts.*.epochs"):
        assert after(path, 9)["readouts"][0]["epochs"] == 9


def test_projections_by_name_or_number():
    for path in ("layer2.projections.1.rule", "layer2.projections.back.rule"):
        assert after(path, "instar")["layers"][1]["projections"][1]["rule"] == "instar"
    table = after("layer2.projections.projection1.rule", "instar")
    assert table["layers"][1]["projections"][0]["rule"] == "instar"


def test_one_of_a_list_of_parts_by_number():
    table = after("layer2.rate.1.eta", 0.7)
    assert table["layers"][1]["rate"] == [
        {"kind": "constant", "eta": 0.1},
        {"kind": "linear", "eta": 0.7},
    ]
    assert [r["eta"] for r in after("layer2.rate.*.eta", 2)["layers"][1]["rate"]] == [2, 2]


def test_a_list_of_one_part_needs_no_number():
    for path in ("first.constraints.tolerance", "first.constraints.0.tolerance"):
        found = after(path, 0.1)["layers"][0]["constraints"]
        found = found[0] if isinstance(found, list) else found
        assert found == {"kind": "unit_norm", "tolerance": 0.1}


def test_a_name_becomes_a_table_where_a_parameter_is_set():
    table = after("layer2.projections.0.rule.power", 2)
    assert table["layers"][1]["projections"][0]["rule"] == {"kind": "hebb", "power": 2}


def test_another_kind_drops_the_parameters_of_the_part_that_was_there():
    for path, value in (
        ("first.competition.kind", "soft_wta"),
        ("first.competition", "soft_wta"),
        ("first.competition", {"kind": "soft_wta"}),
    ):
        assert after(path, value)["layers"][0]["competition"] == {"kind": "soft_wta"}


def test_the_same_kind_keeps_them():
    for path, value in (
        ("first.competition.kind", "k_wta"),
        ("first.competition", "k_wta"),
        ("first.competition", {"k": 3}),
    ):
        assert after(path, value)["layers"][0]["competition"] == data()["layers"][0]["competition"]


def test_another_kind_of_read_out_keeps_where_and_when_it_is_taken():
    assert after("readouts.head.kind", "ridge")["readouts"] == [
        {"kind": "ridge", "name": "head", "layer": "first", "at": "start"}
    ]


@pytest.mark.parametrize("path", ["kind", "first.kind", "layers.0.kind", "phases.learn.kind"])
def test_a_kind_where_no_part_is_wipes_nothing(path):
    table = after(path, "x")
    words = {"kind": [], "phases.learn.kind": ["phases", 0]}.get(path, ["layers", 0])
    here, before = table, data()
    for word in words:
        here, before = here[word], before[word]
    assert here == {**before, "kind": "x"}  # and validation says that there is no such key


def test_whole_entries_are_set_too():
    assert after("layers", [])["layers"] == []
    assert after("first.rate", [{"kind": "linear"}])["layers"][0]["rate"] == [{"kind": "linear"}]
    assert after("phases.learn", {"batch": 5})["phases"] == [{"name": "learn", "batch": 5}]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("layers.third.pool", r"no entry 'third' in a list of 2; .* a name \(first, layer2\)"),
        ("layers.2.pool", r"no entry '2' in a list of 2; use a number from 0"),
        ("phases.lern.batch", r"no entry 'lern' in a list of 1; .*\(learn\)"),
        ("phases.layer1.batch", r"no entry 'layer1'"),  # no name of a phase
        ("layer2.rate.eta", r"no entry 'eta' in a list of 2; use a number from 0, \*"),
    ],
)
def test_paths_that_lead_nowhere_say_what_is_there(path, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        after(path, 1)
    assert path in str(caught.value)


def test_a_layer_that_is_not_there_is_left_for_validation():
    assert after("layer9.pool", "max") == {**data(), "layer9": {"pool": "max"}}


def test_one_layer_alone_is_still_one_of_a_list():
    table = {"layers": [{"synapse": "dense"}]}
    with pytest.raises(ConfigurationError, match=r"no entry 'layr1' in a list of 1"):
        assign(table, "layers.layr1.pool", "max")
    assert table == {"layers": [{"synapse": "dense"}]}


def test_the_nearest_name_or_all():
    assert nearest("scailng", ["scaling", "rate"]) == "did you mean 'scaling'?"
    assert nearest("zzz", ["scaling", "rate"]) == "known: rate, scaling"
    assert nearest("zzz", []) == "known: none"

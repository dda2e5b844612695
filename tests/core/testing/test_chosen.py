"""Which parts a name means."""

import pytest
from support.growths import growths
from support.installed import rule

from neuroplast import ConfigurationError
from neuroplast.registry import Registry
from neuroplast.testing.chosen import chosen

ALL = ["claimed", "known", "mended", "needy", "raising", "unclaimed", "wrong"]


def names(given):
    return [entry.part.kind for entry in given.entries]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("all", ALL),
        ("growths", ALL),
        ("wrong", ["wrong"]),
        ("rule:wrong", ["wrong"]),
    ],
)
def test_names(name, parts):
    assert names(chosen(name, growths())) == parts


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nobody", "no plugin or part 'nobody'"),
        ("rule:wrung", "unknown rule 'wrung'; did you mean wrong?"),
        ("nowhere.py", "nowhere.py: no such file"),
    ],
)
def test_what_is_not_there(name, told):
    with pytest.raises(ConfigurationError, match=told):
        chosen(name, growths())


def test_a_file_is_loaded_once_and_chosen(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(rule("mine"))
    known = Registry()
    for _ in range(2):
        assert names(chosen(str(file), known)) == ["mine"]
    assert len(known.plugins) == 1


def test_what_failed_to_load_is_told(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(rule("mine").replace("def rules", "def ruls"))
    known = Registry(warn=lambda line: None)
    given = chosen(str(file), known)
    assert names(given) == []
    assert given.broken == [
        "plugin mine (package local file) failed to load: "
        "mine.py: 'ruls' is no hook; did you mean 'rules'?; "
        f"see: neuroplast plugins info mine --plugin {file}"
    ]


def test_a_disabled_plugin_cannot_be_checked():
    known = Registry()
    known.load_entry_points(disabled=["builtin"])
    with pytest.raises(ConfigurationError, match="plugin builtin is disabled"):
        chosen("builtin", known)

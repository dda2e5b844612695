"""Which parts a name means."""

from types import SimpleNamespace

import pytest
from support.growths import growths
from support.installed import rule

from neuroplast import ConfigurationError, Rule, hookimpl
from neuroplast.discovery import Failure
from neuroplast.registry import Registry
from neuroplast.testing import RuleClaims
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


def half_loaded(claimed):
    """A registry with a plugin of one rule, of which something is claimed or not, and another module that failed."""

    class Mine(Rule):
        kind = "mine"

        def delta(self, view):
            return view.outer(view.g)

    given = [type("MineClaims", (RuleClaims,), {"of": "mine"})] if claimed else []
    hooks = {"rules": hookimpl(lambda: [Mine]), "claims": hookimpl(lambda: given)}
    known = Registry(warn=lambda line: None)
    plugin = known.add(SimpleNamespace(**hooks), name="half")
    plugin.failures.append(Failure("half.claims", "half.claims: no such thing"))
    return known


@pytest.mark.parametrize(
    ("name", "claimed", "lines"),
    [
        ("mine", True, 0),
        ("mine", False, 1),
        ("half", True, 1),
    ],
)
def test_a_failure_matters_to_a_part_that_may_lack_its_claims_for_it(name, claimed, lines):
    broken = chosen(name, half_loaded(claimed)).broken
    assert len(broken) == lines
    assert all("plugin half (package local) failed to load: half.claims" in b for b in broken)

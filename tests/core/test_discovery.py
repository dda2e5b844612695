"""What is known of plugins without running them, and the record of the last load."""

import json
import os
import sys
from pathlib import Path

import pytest
from support.installed import install, rule

from neuroplast import discovery
from neuroplast.discovery import Failure, Plugin
from neuroplast.errors import ConfigurationError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("NEUROPLAST_CACHE", str(folder))
    return folder


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    discovery.choose()


def known(name):
    """What is listed of one plugin."""
    (found,) = [p for p in discovery.installed() if p.name == name]
    return found


def loaded(name, **what):
    """Record that a plugin was loaded, and what came of it."""
    plugin = next(discovery.describe(p) for p in discovery.points() if p.name == name)
    for field, value in what.items():
        setattr(plugin, field, value)
    plugin.settle()
    discovery.remember([plugin])


# Metadata


def test_an_entry_point_is_described_without_being_imported(site):
    install(site, "mine", "raise SystemExit\n", version="2.5")
    plugin = known("mine")
    assert (plugin.package, plugin.version, plugin.target) == ("mine-package", "2.5", "mine")
    assert plugin.status == "not loaded yet"
    assert "mine" not in sys.modules


def test_built_in_plugins_come_first(site):
    install(site, "aaa", "")
    names = [point.name for point in discovery.points()]
    assert names.index("builtin") < names.index("aaa")


def test_sources_of_a_module_inside_a_package_that_is_not_imported(site):
    folder = site / "outer" / "inner"
    folder.mkdir(parents=True)
    (site / "outer" / "__init__.py").write_text("raise SystemExit\n")
    for name in ("__init__", "one", "two"):
        (folder / f"{name}.py").write_text("")
    assert discovery.sources("outer.inner.one") == [folder / "one.py"]
    assert discovery.sources("outer.inner") == [
        folder / f"{name}.py" for name in ("__init__", "one", "two")
    ]
    assert discovery.sources("outer.absent") == []
    assert discovery.sources("nowhere.at.all") == []
    assert discovery.sources("not a module!!") == []
    assert "outer" not in sys.modules


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('    kind = "mine"', True),
        ('    kind: ClassVar[str] = "mine"', True),
        ("    aliases = ('other', 'mine')", True),
        ('    kind = "mine_too"', False),
        ('    use = "mine"', False),
    ],
)
def test_names_in_a_source(tmp_path, source, found):
    file = tmp_path / "part.py"
    file.write_text(source)
    assert discovery.names([file], "mine") is found
    assert not discovery.names([file], "../mine")


def test_a_scenario_beside_a_source(tmp_path):
    (tmp_path / "question.toml").write_text("")
    assert discovery.names([tmp_path / "part.py"], "question") is False
    (tmp_path / "part.py").write_text("")
    assert discovery.names([tmp_path / "part.py"], "question") is True


# The record


def test_what_was_loaded_is_remembered(site):
    install(site, "mine", "")
    failure = Failure("mine.other", "mine.other: ValueError", "Traceback ...")
    loaded("mine", provides={"rule": ["one"]}, failures=[failure])
    plugin = known("mine")
    assert plugin.status == "partly"
    assert plugin.provides == {"rule": ["one"]}
    assert plugin.failures == [failure]


@pytest.mark.parametrize("change", ["source", "version", "time", "more files"])
def test_what_changed_since_says_so(site, change, monkeypatch):
    file = install(site, "mine", "", target="folder")
    (site / "folder").mkdir()
    file = site / "folder" / "__init__.py"
    file.write_text("# one\n")
    loaded("mine")
    assert known("mine").status == "loaded"
    if change == "source":
        file.write_text("# other\n")
    elif change == "version":
        monkeypatch.setattr("neuroplast.__version__", "99")
    elif change == "time":
        os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns + 1_000_000_000))
    else:
        (site / "folder" / "more.py").write_text("")
    assert known("mine").status == "changed"
    loaded("mine")
    assert known("mine").status == "loaded"


def test_a_plugin_of_the_same_name_elsewhere_is_another_one(tmp_path, monkeypatch):
    """As in two environments that share a cache."""
    for place in ("here", "there"):
        install(tmp_path / place, "mine", "")
    with monkeypatch.context() as only:
        only.syspath_prepend(tmp_path / "here")
        loaded("mine", provides={"rule": ["one"]})
    with monkeypatch.context() as only:
        only.syspath_prepend(tmp_path / "there")
        assert known("mine").status == "not loaded yet"
        loaded("mine", provides={"rule": ["two"]})
    monkeypatch.syspath_prepend(tmp_path / "here")
    assert known("mine").provides == {"rule": ["one"]}


def test_plugins_that_are_gone_are_forgotten(site, cache):
    file = install(site, "mine", "")
    loaded("mine")
    for path in (*file.with_name("mine-1.0.dist-info").iterdir(), file):
        path.unlink()
    file.with_name("mine-1.0.dist-info").rmdir()
    site.rmdir()
    discovery.remember([])
    assert json.loads((cache / "plugins.json").read_text())["plugins"] == {}


def test_a_disabled_plugin_keeps_what_is_known_of_it(site):
    install(site, "mine", "")
    loaded("mine", provides={"rule": ["one"]})
    discovery.choose(disabled=["mine"])
    plugin = known("mine")
    assert (plugin.status, plugin.provides) == ("disabled", {"rule": ["one"]})
    discovery.remember([plugin])
    discovery.choose()
    assert known("mine").status == "loaded"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 1, "plugins": []}',
        '{"format": 99, "plugins": {}}',
        "\x00",
    ],
)
def test_a_damaged_record_is_no_record_and_is_replaced(site, cache, text):
    install(site, "mine", "")
    cache.mkdir()
    (cache / "plugins.json").write_text(text)
    assert known("mine").status == "not loaded yet"
    loaded("mine")
    assert known("mine").status == "loaded"


@pytest.mark.parametrize("entry", [[], {}, {"stamp": 1, "failures": 3}, {"failures": [{"x": 1}]}])
def test_a_damaged_entry_is_no_entry(site, cache, entry):
    install(site, "mine", "")
    loaded("mine")
    whole = json.loads((cache / "plugins.json").read_text())
    whole["plugins"] = dict.fromkeys(whole["plugins"], entry)
    (cache / "plugins.json").write_text(json.dumps(whole))
    assert known("mine").status == "not loaded yet"


def test_a_cache_that_cannot_be_written_is_done_without(site, cache):
    install(site, "mine", "")
    cache.write_text("a file where the folder should be")
    loaded("mine")
    assert known("mine").status == "not loaded yet"
    assert cache.read_text() == "a file where the folder should be"


def test_nothing_is_left_beside_the_record(site, cache):
    install(site, "mine", "")
    loaded("mine")
    assert [path.name for path in cache.iterdir()] == ["plugins.json"]


# Choosing


@pytest.mark.parametrize("name", ["*", "mine", "mine-package", "Mine_Package"])
def test_disabled_by_its_own_name_or_that_of_its_package(site, name):
    install(site, "mine", "")
    discovery.choose(disabled=[name])
    assert known("mine").status == "disabled"
    assert known("builtin").status == ("disabled" if name == "*" else "not loaded yet")


def test_what_is_not_there_cannot_be_chosen(tmp_path):
    with pytest.raises(ConfigurationError, match=r"--plugin .*nope.py: no such file"):
        discovery.choose([tmp_path / "nope.py"])
    with pytest.raises(ConfigurationError, match=r"--no-plugins=nobody: .* known: builtin"):
        discovery.choose(disabled=["nobody"])
    discovery.choose()


def test_a_local_file_is_a_plugin_that_no_name_disables(tmp_path):
    file = tmp_path / "tried.py"
    file.write_text(rule("tried"))
    discovery.choose([file], ["*"])
    plugin = known("tried")
    assert plugin.status == "not loaded yet"
    assert Path(plugin.target) == file
    discovery.remember([Plugin(**{**vars(plugin), "status": "loaded"})])
    assert known("tried").status == "loaded"
    discovery.choose()

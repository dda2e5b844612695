"""The plugin door: what is provided, what is isolated, and what is said of it."""

import re
import sys
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
from support import doubles
from support.installed import install, rule

from neuroplast import ConfigurationError, PluginError, Rule, build_layer, hookimpl, registry
from neuroplast.errors import PartError
from neuroplast.events import RunInfo
from neuroplast.registry import Registry


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder that Python looks for packages in; what is imported from it is forgotten again."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def told():
    return []


@pytest.fixture
def known(told):
    """A registry without any plugin, whose warnings are kept."""
    return Registry(warn=told.append)


def package(site, name, **modules):
    """An installed package of several modules."""
    install(site, name, "").unlink()
    folder = site / name
    folder.mkdir()
    for module, source in {"__init__": "", **modules}.items():
        (folder / f"{module}.py").write_text(source)


def load(known, disabled=("builtin",)):
    known.load_entry_points(disabled)
    return {p.name: p for p in known.plugins}


def providing(*parts, hook="rules", **more):
    """An object with one hook, as a module has it."""
    provide = hookimpl(lambda: list(parts))
    return SimpleNamespace(**{"__name__": "provider", hook: provide, **more})


# What is there


def test_the_first_set_of_built_in_parts_is_there():
    known = registry.current()
    expected = {
        "rule": {"hebb", "instar", "oja", "softhebb"},
        "competition": {"none", "hard_wta", "k_wta", "soft_wta"},
        "population": {"linear", "relu", "repu", "triangle", "softmax", "winners"},
        "similarity": {"dot"},
        "rate": {"constant", "linear", "weight_norm"},
        "scaling": {"sum", "mean", "largest"},
        "step": {"plain"},
        "constraint": {"unit_norm"},
        "initialisation": {"normal", "uniform"},
        "normalisation": {"none", "batch_norm", "z_score"},
        "pool": {"none", "average", "max"},
        "synapse": {"dense", "conv2d", "depthwise"},
        "recipe": {"softhebb", "hard_wta"},
        "readout": {"linear", "ridge"},
    }
    for kind, names in expected.items():
        assert names <= set(known.kinds()[kind])
    (builtin,) = (p for p in known.plugins if p.name == "builtin")
    assert builtin.status == "loaded"
    assert builtin.failures == []


def test_one_default_stands_where_none_is_named():
    known = registry.current()
    for kind in ("normalisation", "effective", "similarity", "competition", "population", "pool"):
        defaults = [e.part.kind for e in known.entries(kind) if e.part.default]
        assert len(defaults) == 1, kind
        assert known.default(kind).kind == defaults[0]
    for kind in ("rule", "scaling", "rate", "synapse"):  # never implied
        assert known.default(kind) is None


def test_a_part_is_found_by_name_alias_and_hyphen():
    known = registry.current()
    part = known.get("competition", "hard_wta").part
    assert known.get("competition", "hard").part is part
    assert known.get("competition", "hard-wta").part is part
    assert known.get("competition", "hard_wta").label.startswith("competition:hard_wta==")


def test_unknown_names_get_the_nearest_or_all():
    known = registry.current()
    with pytest.raises(ConfigurationError, match=r"unknown rule 'heb'; did you mean hebb"):
        known.get("rule", "heb")
    with pytest.raises(ConfigurationError, match=r"known: .*hebb, instar, oja, .*softhebb"):
        known.get("rule", "zzzzzz")
    with pytest.raises(ConfigurationError, match="unknown rule 'hard_wta'"):  # of another kind
        known.get("rule", "hard_wta")
    with pytest.raises(ConfigurationError, match="known: none"):
        Registry().get("rule", "hebb")


def test_an_installed_plugin_is_found_with_package_and_version(site, known, told):
    install(site, "mine", rule("my_rule"), version="2.5")
    plugin = load(known)["mine"]
    assert (plugin.package, plugin.version, plugin.status) == ("mine-package", "2.5", "loaded")
    assert plugin.provides == {"rule": ["my_rule"]}
    assert known.get("rule", "my_rule").label == "rule:my_rule==2.5"
    assert known.provider("rule", "my_rule") is plugin
    assert told == []


def test_every_module_of_a_package_is_loaded(site, known):
    package(site, "many", one=rule("one"), two=rule("two"))
    (site / "many" / "inner").mkdir()
    (site / "many" / "inner" / "__init__.py").write_text("")
    (site / "many" / "inner" / "three.py").write_text(rule("three"))
    (site / "many" / "__main__.py").write_text("raise SystemExit('a program was started')")
    plugin = load(known)["many"]
    assert plugin.status == "loaded", plugin.failures
    assert sorted(plugin.provides["rule"]) == ["one", "three", "two"]


# What is broken stays alone


BROKEN = {
    "raises": ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "imports": ("import not_installed_anywhere", "No module named 'not_installed_anywhere'"),
    "syntax": ("def broken(:", "SyntaxError"),
    "exits": ("import sys; sys.exit(3)", "sys.exit(3)"),
}


def test_broken_modules_stay_alone_and_are_never_silent(site, known, told):
    package(site, "some", good=rule("good"), **{k: source for k, (source, _) in BROKEN.items()})
    plugin = load(known)["some"]
    assert known.get("rule", "good").plugin is plugin
    assert plugin.status == "partly"
    reasons = {f.module.rpartition(".")[2]: f for f in plugin.failures}
    assert set(reasons) == set(BROKEN)
    for name, (_, reason) in BROKEN.items():
        assert reason in reasons[name].reason
        assert "Traceback" in reasons[name].trace
    (line,) = told
    assert line.startswith("plugin some: ")
    assert "plugins info some" in line
    assert "\n" not in line


def test_a_broken_plugin_does_not_take_others_along(site, known, told):
    install(site, "aaa_broken", "raise RuntimeError('no licence')")
    install(site, "good", rule("good"))
    install(site, "zzz_broken", "raise SystemExit")
    plugins = load(known)
    assert [plugins[n].status for n in ("aaa_broken", "good", "zzz_broken")] == [
        "failed",
        "loaded",
        "failed",
    ]
    assert known.kinds()["rule"] == ["good"]
    assert len(told) == 2


def test_a_target_that_is_not_there_is_a_failure(site, known):
    install(site, "gone", "", target="not_installed_anywhere")
    plugin = load(known)["gone"]
    assert plugin.status == "failed"
    assert "not_installed_anywhere" in plugin.failures[0].reason


def test_the_user_can_interrupt_loading(site, known):
    install(site, "slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load(known)


def test_a_needed_part_gives_its_providers_own_error(site, known):
    source = "import not_installed_anywhere\n" + rule("needed_rule")
    package(site, "some", good=rule("good"), bad=source)
    load(known)
    with pytest.raises(ConfigurationError, match=r"'needed_rule' comes from plugin some .*failed"):
        known.get("rule", "needed_rule")
    with pytest.raises(ConfigurationError, match="No module named 'not_installed_anywhere'"):
        known.get("rule", "needed_rule")


class NoKind(Rule):
    def delta(self, view):
        raise NotImplementedError


class Unfinished(Rule):
    kind: ClassVar[str] = "unfinished"


class One(doubles.Growth):
    kind: ClassVar[str] = "one"
    aliases: ClassVar[tuple[str, ...]] = ("uno",)


class AnotherOne(doubles.Fading):
    kind: ClassVar[str] = "one"


class Uno(doubles.Fading):
    kind: ClassVar[str] = "uno"


WRONG = {
    "a misspelt hook": (providing(One, hook="rulez"), r"'rulez' is no hook.*'rules'"),
    "no list": (SimpleNamespace(rules=hookimpl(lambda: One)), r"'rules' returned.*return a list"),
    "no class": (providing(One()), "no subclass of Rule"),
    "another kind": (providing(doubles.Everyone), "no subclass of Rule"),
    "no kind": (providing(NoKind), "NoKind has no kind"),
    "an abstract part": (providing(Unfinished), "Unfinished lacks .*: delta"),
    "an older version": (providing(One, HOOK_VERSION=0), "update the plugin"),
    "a newer version": (providing(One, HOOK_VERSION=99), "update neuroplast"),
    "a raising hook": (SimpleNamespace(rules=hookimpl(lambda: 1 / 0)), "ZeroDivisionError"),
    "no hooks": (SimpleNamespace(), "no hooks"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_and_nothing_of_it_is_taken(known, told, name):
    module, reason = WRONG[name]
    plugin = known.add(module, name="wrong", package="wrong-package")
    assert plugin.status == "failed"
    assert re.search(reason, plugin.failures[0].reason), plugin.failures[0].reason
    assert len(told) == 1
    assert not any(known.kinds().values())


def test_of_a_module_with_one_bad_part_nothing_is_taken(known):
    heard = []
    module = providing(One, Unfinished, interval=hookimpl(lambda run: heard.append(run)))
    known.add(module, name="half")
    assert known.kinds()["rule"] == []
    known.fire("interval", run=None, report=None)
    assert heard == []


def test_of_a_listener_with_one_wrong_argument_nothing_is_taken(known):
    heard = []

    @hookimpl
    def interval(run):
        heard.append(run)

    @hookimpl
    def run_started(rnu):
        heard.append(rnu)

    plugin = known.add(SimpleNamespace(interval=interval, run_started=run_started), name="half")
    assert plugin.status == "failed"
    assert "rnu" in plugin.failures[0].reason
    known.fire("interval", run=None, report=None)
    assert heard == []


# Names


def test_clashes_name_both_packages_and_the_first_stays(known, told):
    known.add(providing(One), name="first", package="first-package")
    second = known.add(providing(AnotherOne), name="second", package="second-package")
    third = known.add(providing(Uno), name="third", package="third-package")  # its name an alias
    assert known.get("rule", "one").part is One
    assert known.get("rule", "uno").part is One
    for plugin in (second, third):
        assert plugin.status == "failed"
        assert plugin.package in plugin.failures[0].reason
        assert "first-package" in plugin.failures[0].reason
        assert f"--no-plugins={plugin.name}" in plugin.failures[0].reason
    assert len(told) == 2


def test_one_module_cannot_give_a_name_twice(known):
    plugin = known.add(providing(One, AnotherOne), name="twice")
    assert plugin.status == "failed"
    assert known.kinds()["rule"] == []


def test_the_same_name_of_another_kind_is_no_clash(known):
    class OneCompetition(doubles.Everyone):
        kind: ClassVar[str] = "one"

    module = providing(One, competitions=hookimpl(lambda: [OneCompetition]))
    assert known.add(module).status == "loaded"
    assert known.get("rule", "one").part is One
    assert known.get("competition", "one").part is OneCompetition


def test_nobody_takes_the_name_of_a_built_in(site, known):
    install(site, "aaa", rule("hebb"))
    plugins = load(known, disabled=())
    assert plugins["aaa"].status == "failed"
    assert "neuroplast" in plugins["aaa"].failures[0].reason
    assert known.provider("rule", "hebb").name == "builtin"


def test_there_is_one_default(known):
    class First(doubles.Growth):
        kind: ClassVar[str] = "first"
        default: ClassVar[bool] = True

    class Second(doubles.Growth):
        kind: ClassVar[str] = "second"
        default: ClassVar[bool] = True

    known.add(providing(First), name="a", package="a-package")
    plugin = known.add(providing(Second), name="b", package="b-package")
    assert "a-package" in plugin.failures[0].reason
    assert known.default("rule") is First


# Disabled, and local files


@pytest.mark.parametrize("disabled", ["mine", "mine-package", "*"])
def test_disabled_plugins_are_listed_and_no_line_of_them_runs(site, known, told, disabled):
    trace = site / "it ran"
    install(site, "mine", f"open({str(trace)!r}, 'w').close()\n" + rule("my_rule"))
    plugin = load(known, disabled=("builtin", disabled))["mine"]
    assert plugin.status == "disabled"
    assert not trace.exists()
    assert "mine" not in sys.modules
    assert not any(known.kinds().values())
    assert told == []
    with pytest.raises(ConfigurationError, match=r"'my_rule' comes from plugin mine .*disabled"):
        known.get("rule", "my_rule")


def test_without_plugins_nothing_is_there(known):
    known.load_entry_points(["*"])
    assert not any(known.kinds().values())
    assert {p.status for p in known.plugins} == {"disabled"}


def test_a_local_file_is_a_plugin(tmp_path, known):
    path = tmp_path / "tried.py"
    path.write_text(rule("tried_rule"))
    known.load_file(path)
    assert known.provider("rule", "tried_rule").name == "tried"


def test_a_local_file_that_fails_is_told_and_isolated(tmp_path, known, told):
    path = tmp_path / "tried.py"
    path.write_text("raise RuntimeError('no licence')")
    known.load_file(path)
    assert known.plugins[0].status == "failed"
    assert "no licence" in told[0]
    with pytest.raises(ConfigurationError, match="no such file"):
        known.load_file(tmp_path / "missing.py")


# Events


RUN = RunInfo(title="t", condition="", seed=0, path=None, steps=3)


class Listener:
    def __init__(self, heard):
        self.heard = heard

    @hookimpl
    def run_started(self, run):
        self.heard.append(("started", run))

    @hookimpl
    def layer_finished(self, layer):  # only the argument that it uses
        self.heard.append(("finished", layer))


class Raising(Listener):
    @hookimpl
    def run_started(self, run):
        self.heard.append("raising")
        raise RuntimeError("disk full")


def test_listeners_hear_what_they_ask_for(known):
    heard = []
    listener = Listener(heard)
    known.listen(listener)
    known.fire("run_started", run=RUN)
    known.fire("layer_finished", run=RUN, layer="layer1")
    known.fire("run_finished", run=RUN, results={})
    assert heard == [("started", RUN), ("finished", "layer1")]
    known.silence(listener)
    known.fire("run_started", run=RUN)
    assert len(heard) == 2


def test_a_raising_listener_is_named_once_and_dropped(known, told):
    heard = []
    known.listen(Listener(heard))
    raising = known.add(Raising(heard), name="noisy")
    known.listen(Listener(heard))
    for _ in range(3):
        known.fire("run_started", run=RUN)
    known.fire("layer_finished", run=RUN, layer="layer1")
    assert heard.count("raising") == 1
    assert heard.count(("started", RUN)) == 6  # the others hear every event
    assert heard.count(("finished", "layer1")) == 2  # and the dropped one no other event either
    (line,) = told
    assert "noisy" in line
    assert "run_started" in line
    assert "disk full" in line
    assert raising.failures


def test_a_listener_that_is_interrupted_stops_the_run(known):
    class Interrupted(Listener):
        @hookimpl
        def run_started(self, run):
            raise KeyboardInterrupt

    known.listen(Interrupted([]))
    with pytest.raises(KeyboardInterrupt):
        known.fire("run_started", run=RUN)


def test_a_listener_with_a_misspelt_event_is_refused(known):
    class Misspelt:
        @hookimpl
        def run_strated(self, run):
            pass

    with pytest.raises(PluginError, match=r"'run_strated' is no hook.*'run_started'"):
        known.listen(Misspelt())


# The registry of the process


def test_one_registry_is_made_when_first_asked_for_and_can_be_replaced(known):
    before = registry.current()
    assert registry.current() is before
    registry.use(known)
    try:
        assert registry.current() is known
    finally:
        registry.use(before)


# Whose fault an error is

STRANGER = """
from neuroplast import Delta, Rule, Scaling, hookimpl
from neuroplast.delta import Computed, Outer

class Lazy(Rule):
    '''Sums what no geometry can.'''
    kind = "lazy"
    def delta(self, view):
        return Delta(view.geometry, view.w_e, (Outer(view.g[:, :1], view.x[:1]),))

class Later(Rule):
    '''Fails when it is computed.'''
    kind = "later"
    def delta(self, view):
        return Delta(view.geometry, view.w_e, (Computed(lambda: 1 / 0),))

class Losing(Rule):
    '''A loss of one number.'''
    kind = "losing"
    def surrogate(self, u, w, g):
        return u.sum()

class Wide(Scaling):
    '''A factor for neurons that are not there.'''
    kind = "wide"
    def scale(self, delta, view):
        return delta * view.g.new_ones(7)

@hookimpl
def rules():
    return [Lazy, Later, Losing]

@hookimpl
def scalings():
    return [Wide]
"""


@pytest.fixture
def strange(tmp_path):
    """The registry of the process, with a stranger's file beside the built-in plugin."""
    file = tmp_path / "stranger.py"
    file.write_text(STRANGER)
    known = registry.load([file])
    registry.use(known)
    yield known
    registry.use(None)


@pytest.mark.parametrize(
    "parts", [{"rule": "lazy"}, {"rule": "later"}, {"rule": "losing"}, {"scaling": "wide"}], ids=str
)
def test_a_change_that_fails_in_the_hands_of_a_built_in_step_is_its_makers(strange, parts):
    entries = {"synapse": {"kind": "dense", "neurons": 2}, "rule": "hebb", "scaling": "sum"}
    layer = build_layer((3,), rate={"kind": "constant", "eta": 0.1}, **{**entries, **parts})
    with pytest.raises(Exception) as caught:  # noqa: PT011  (whatever it is)
        layer.learn(torch.ones(4, 3))
    assert strange.culprit(caught.value).name == "stranger"


def test_a_failure_within_a_built_in_part_is_the_built_ins(strange):
    dense = strange.get("synapse", "dense").part(neurons=2)
    with pytest.raises(RuntimeError) as caught:
        dense.drive(torch.ones(1, 3), torch.ones(2, 4))
    assert strange.culprit(caught.value).name == "builtin"
    assert strange.culprit(ValueError("from elsewhere")) is None


def test_an_answer_that_cannot_be_used_is_of_the_part_that_gave_it(strange):
    lazy = strange.get("rule", "lazy").part()
    assert strange.culprit(PartError(lazy, "gave None")).name == "stranger"
    assert strange.culprit(PartError(doubles.Growth(), "gave None")) is None

"""Every hook works: what a plugin provides is found, and what happens in a run is told as documented."""

import inspect
from types import SimpleNamespace

import pluggy
import pytest

from neuroplast import hookimpl, hookspecs, registry, runs
from neuroplast.errors import LearningError
from neuroplast.events import IntervalReport, RunInfo
from neuroplast.kinds import KINDS
from neuroplast.registry import Registry
from neuroplast.testing import RuleClaims

SCENARIO = {
    "presentations": 40,
    "stimuli": {"kind": "gaussian", "inputs": 3, "train": 20},
    "measures": ["principal_component"],
    "layers": [
        {
            "synapse": {"kind": "dense", "neurons": 1},
            "rule": "hebb",
            "scaling": "mean",
            "rate": {"kind": "constant", "eta": 0.01},
        }
    ],
}
EVENTS = {
    "run_started": {"run": RunInfo},
    "interval": {"run": RunInfo, "report": IntervalReport},
    "layer_finished": {"run": RunInfo, "layer": str},
    "checkpoint": {"run": RunInfo, "step": int},
    "run_finished": {"run": RunInfo, "results": dict},
    "run_failed": {"run": RunInfo, "error": BaseException},
}
"""Each event with what a listener is told."""


def test_every_hook_is_tested_here():
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    declared = {n for n in dir(hookspecs) if manager.parse_hookspec_opts(hookspecs, n) is not None}
    provided = {kind.hook for kind in KINDS.values()}
    assert declared == provided | {"scenarios", "claims"} | set(EVENTS)


# What provides


def plugin(**hooks):
    """A plugin whose hooks return these lists."""

    def hook(given):
        return hookimpl(lambda: given)

    return SimpleNamespace(__name__="mine", **{name: hook(given) for name, given in hooks.items()})


def part_of(interface):
    """A part that does nothing, of any kind."""
    methods = {*interface.__abstractmethods__, *({"delta"} if interface.family == "rule" else ())}
    body = {name: lambda self, *args, **kwargs: None for name in methods}
    return type(
        "Mine", (interface,), {"__module__": __name__, "__doc__": "x", "kind": "mine", **body}
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.hook)
def test_the_hook_of_a_kind_provides_its_parts(kind):
    known, part = Registry(), part_of(kind.interface)
    added = known.add(plugin(**{kind.hook: [part]}))
    assert added.failures == []
    assert added.provides == {kind.name: ["mine"]}
    assert known.get(kind.name, "mine").part is part
    assert known.get(kind.name, "mine").plugin is added


def test_scenarios_are_found_by_the_name_of_their_file(tmp_path):
    known, file = Registry(), tmp_path / "question.toml"
    added = known.add(plugin(scenarios=[file]))
    assert added.provides == {"scenario": ["question"]}
    assert known.scenario("question") == file


def test_claims_are_found_by_what_they_are_of():
    class Claimed(RuleClaims):
        of = "mine"

    known = Registry()
    assert known.add(plugin(claims=[Claimed])).failures == []
    assert isinstance(known.claims("rule", "mine"), Claimed)
    assert known.claims("rule", "other") is None


@pytest.mark.parametrize(
    ("provided", "told"),
    [
        (RuleClaims(), "give it a subclass of neuroplast.testing.RuleClaims or its like"),
        (RuleClaims, 'RuleClaims does not say what it is of; name the rule that it claims: of = "'),
    ],
)
def test_claims_of_what_cannot_be_told_are_refused(provided, told):
    (failure,) = Registry().add(plugin(claims=[provided])).failures
    assert told in failure.reason


def test_claims_of_one_part_by_two_classes_are_refused():
    first, second = (type(n, (RuleClaims,), {"of": "mine"}) for n in ("First", "Second"))
    known = Registry()
    (failure,) = known.add(plugin(claims=[first, second]), "a", package="one").failures
    assert "twice: by First of package one and by Second of package one" in failure.reason
    assert known.claims("rule", "mine") is None
    assert known.add(plugin(claims=[first]), "b", package="two").failures == []
    (failure,) = known.add(plugin(claims=[second]), "c", package="three").failures
    assert "twice: by First of package two and by Second of package three" in failure.reason


def test_claims_that_nothing_is_held_to_are_told_with_a_remedy():
    class Hopeful(RuleClaims):
        of = "best"

    known = Registry()
    one = known.add(plugin(claims=[Hopeful]))
    assert "unknown rule 'best'" in known.idle_claims(one)[0]
    part = part_of(KINDS["rule"].interface)
    part.aliases = ("best",)
    another = known.add(plugin(rules=[part]), "another")
    assert known.idle_claims(one) == [
        "Hopeful claims of a rule 'best' what nothing is held to: it is an alias; write of = 'mine'"
    ]
    assert known.idle_claims(another) == []


# What is told


def test_the_arguments_of_events_are_those_declared():
    for name, arguments in EVENTS.items():
        assert list(inspect.signature(getattr(hookspecs, name)).parameters) == list(arguments)


class Listener:
    """Keeps what it hears, in order."""

    def __init__(self):
        self.heard = []

    @hookimpl
    def run_started(self, run):
        self.heard.append(("run_started", {"run": run}))

    @hookimpl
    def interval(self, run, report):
        self.heard.append(("interval", {"run": run, "report": report}))

    @hookimpl
    def layer_finished(self, run, layer):
        self.heard.append(("layer_finished", {"run": run, "layer": layer}))

    @hookimpl
    def checkpoint(self, run, step):
        self.heard.append(("checkpoint", {"run": run, "step": step}))

    @hookimpl
    def run_finished(self, run, results):
        self.heard.append(("run_finished", {"run": run, "results": results}))

    @hookimpl
    def run_failed(self, run, error):
        self.heard.append(("run_failed", {"run": run, "error": error}))

    def names(self):
        """The events heard, each once, in the order in which they came first."""
        return list(dict.fromkeys(name for name, _ in self.heard))

    def last(self, event):
        """What the last event of this name told."""
        return [told for name, told in self.heard if name == event][-1]


@pytest.fixture
def listener():
    """A plugin that listens, beside the built-in ones."""
    known, heard = registry.load(), Listener()
    known.add(heard)
    before = registry.current()
    registry.use(known)
    yield heard
    registry.use(before)
    told = {name: {k: type(v) for k, v in given.items()} for name, given in heard.heard}
    for name, given in told.items():
        assert list(given) == list(EVENTS[name])
        assert all(issubclass(given[k], of) for k, of in EVENTS[name].items())


def test_a_run_tells_what_happens(listener, tmp_path):
    done = runs.run(SCENARIO, out=tmp_path / "out", device="cpu", seed=3)
    assert listener.names() == [
        *("run_started", "checkpoint", "interval", "layer_finished", "run_finished")
    ]
    run = listener.last("run_started")["run"]
    assert (run.seed, run.steps, run.path) == (3, 4, tmp_path / "out")
    assert run.scenario["stimuli"]["kind"] == "gaussian"
    reports = [told["report"] for name, told in listener.heard if name == "interval"]
    assert (4.0, 4.0, 4) in [(r.done, r.total, r.step) for r in reports]
    assert listener.last("layer_finished")["layer"] == "layer1"
    commits = [told["step"] for name, told in listener.heard if name == "checkpoint"]
    assert commits == [0, 4]  # before the first step and after the last, since it was short
    assert listener.last("run_finished")["results"] == done.results
    assert set(done.results) == {"principal_component"}


def test_a_run_that_fails_tells_why(listener, tmp_path):
    layer = {**SCENARIO["layers"][0], "rate": {"kind": "constant", "eta": 1e30}}
    with pytest.raises(LearningError) as raised:
        runs.run({**SCENARIO, "layers": [layer]}, out=tmp_path / "out", device="cpu")
    assert listener.names()[-1] == "run_failed"
    assert "run_finished" not in listener.names()
    assert listener.last("run_failed")["error"] is raised.value

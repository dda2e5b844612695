"""Probes on a network that learns: the samples are those that a slow loop over all steps gives."""

import weakref

import pytest
import torch
from support.doubles import spec
from torch.testing import assert_close

from neuroplast.layer import PLASTIC
from neuroplast.network import Network
from neuroplast.probes.schedule import Stretch
from neuroplast.probes.selection import headers, watch
from neuroplast.probes.spec import RecordSpec
from neuroplast.probes.variables import Glimpse, variables
from neuroplast.recording.checkpoint import copied
from neuroplast.recording.recorder import NoRecorder

STEPS = 12
X = torch.rand(STEPS, 4, 3, generator=torch.Generator().manual_seed(0)) / 10
NAMES = ("w", "dw", "ltp", "ltd", "activity", "win_count", "rule.calls", "update_to_weight")


class Kept(NoRecorder):
    """Keeps what it is given, as it was then."""

    def __init__(self):
        self.probes, self.kept = [], []

    def series(self, layer, step, values):
        self.kept.append((layer, step, {k: s.value.clone() for k, s in values.items()}))

    def probe(self, name, layer, step, values):
        self.probes.append((name, layer, step, {k: v.clone() for k, v in values.items()}))


class Learning:
    """A network of doubles with what looks at it."""

    def __init__(self, *probes, **record):
        self.network = Network([spec(4), spec(2)], (3,), seed=0)
        self.network.adapt(dict.fromkeys(self.network.layers, PLASTIC))
        self.record = RecordSpec(probes=probes, **record)
        self.recorder = Kept()
        self.names = tuple(self.network.layers)
        stretches = [Stretch(0, STEPS, STEPS, self.names)]
        self.watch = watch(self.record, self.network.layers, stretches, self.recorder)
        self.step = 0

    def go(self, steps, seen=True):
        for _ in range(steps):
            self.watch.attach(self.names, self.step + 1, seen)
            self.network.learn(X[self.step])
            self.step += 1
            assert self.watch.record(self.names, self.step) == []
        self.watch.flush()
        return self.recorder.probes


class EveryStep:
    """Every variable at every step, taken by nothing but its own definition."""

    def __init__(self, layer):
        self.values = []
        self.known = {k: v for k, v in variables(layer).items() if k in NAMES}
        layer.observer = self

    def presented(self, layer, views):
        self.glimpse = Glimpse(layer)
        self.glimpse.begin(views, {"change", "sizes", "difference"})
        self.values.append(self._taken("presented"))

    def applied(self, layer, projection):
        self.glimpse.apply(projection)

    def changed(self, layer):
        self.values[-1] |= self._taken("changed")

    def _taken(self, when):
        return {k: v.value(self.glimpse).clone() for k, v in self.known.items() if v.when == when}


@pytest.fixture(scope="module")
def truth():
    """The values of layer1 after each step, by variable."""
    network = Network([spec(4), spec(2)], (3,), seed=0)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    every = EveryStep(network.layers["layer1"])
    for x in X:
        network.learn(x)
    return {name: torch.stack([v[name] for v in every.values]) for name in NAMES}


REDUCED = {
    "last": lambda values: values[-1],
    "mean": lambda values: values.double().mean(0),
    "sum": lambda values: values.double().sum(0),
    "min": lambda values: values.amin(0),
    "max": lambda values: values.amax(0),
}


@pytest.mark.parametrize("reduce", REDUCED)
@pytest.mark.parametrize("variable", NAMES)
def test_samples_are_those_of_the_window_before_them(truth, variable, reduce):
    run = Learning(
        {"name": "p", "layers": "layer1", "variables": variable, "every": 5, "reduce": reduce}
    )
    found = run.go(STEPS)
    assert [(name, layer, step) for name, layer, step, _ in found] == [
        ("p", "layer1", step) for step in (5, 10, 12)
    ]
    for (first, last), (*_, values) in zip([(0, 5), (5, 10), (10, 12)], found, strict=True):
        expected = REDUCED[reduce](truth[variable][first:last])
        assert_close(values[variable].double(), expected.double().reshape(values[variable].shape))
    assert float(truth[variable].double().std()) > 0


def test_a_window_begins_where_the_probe_does(truth):
    probe = {"name": "p", "layers": "layer1", "variables": "ltp", "every": 5, "reduce": "sum"}
    found = Learning({**probe, "from": 4, "until": 11}).go(STEPS)
    for (first, last), (*_, values) in zip([(3, 5), (5, 10), (10, 11)], found, strict=True):
        assert_close(values["ltp"], truth["ltp"][first:last].sum(0))


def test_a_histogram_is_of_all_entries_of_the_window(truth):
    probe = {"name": "p", "layers": "layer1", "variables": "w", "every": 6, "reduce": "histogram"}
    found = Learning({**probe, "bins": 4, "range": [-1, 1]}).go(STEPS)
    for n, (*_, values) in enumerate(found):
        entries = truth["w"][6 * n : 6 * n + 6].flatten()
        expected = torch.histc(entries[entries.abs() < 1], 4, -1, 1)
        assert values["w"][1:-1].tolist() == expected.tolist()
        assert values["w"].sum() == 6 * 12


def test_some_neurons_alone(truth):
    probe = {"name": "p", "layers": "layer1", "variables": ["w", "ltp"], "every": 5}
    run = Learning({**probe, "neurons": [3, 0]})
    *_, (*_, values) = run.go(STEPS)
    assert values["w"].equal(truth["w"][-1][[3, 0]])
    assert values["ltp"].equal(truth["ltp"][-1][[3, 0]])
    (header,) = headers(run.record, run.network.layers)
    assert header.scales == {"neuron": (3, 0), "input": 3}
    assert (header.sizes("w"), header.sizes("ltp")) == ((2, 3), (2,))


def test_all_layers_that_have_the_variables():
    found = Learning({"name": "p", "variables": "w", "on": "layer finished"}).go(STEPS)
    assert [(layer, step, tuple(v["w"].shape)) for _, layer, step, v in found] == [
        ("layer1", 12, (4, 3)),
        ("layer2", 12, (2, 4)),
    ]


def test_what_is_sampled_does_not_change_any_more():
    run = Learning({"name": "p", "variables": "w", "every": 1})
    run.go(2)
    (*_, first), (*_, second) = (p for p in run.recorder.probes if p[1] == "layer1")
    assert not first["w"].equal(second["w"])


def test_on_other_steps_nobody_looks():
    """Of probes that keep the last value; windows need every step until the last sample."""
    last = {"name": "last", "layers": "layer1", "variables": "ltp", "every": 5, "until": 10}
    mean = {**last, "layers": "layer2", "name": "mean", "reduce": "mean"}
    run = Learning(last, mean, defaults=False, every=12)
    looked = {name: [] for name in run.names}
    for step in range(1, STEPS + 1):
        run.watch.attach(run.names, step, True)
        for name, layer in run.network.layers.items():
            looked[name] += [step] if layer.observer is not None else []
        run.network.learn(X[step - 1])
        run.watch.record(run.names, step)
    assert looked == {"layer1": [5, 10, 12], "layer2": [*range(1, 11), 12]}
    assert run.recorder.kept == []


def test_the_default_series_and_probes_beside_them_do_not_touch_each_other(truth):
    probe = {"name": "p", "layers": "layer1", "variables": ["w", "ltp"], "every": 3}
    run, alone = Learning(probe), Learning()
    run.go(STEPS)
    alone.go(STEPS)
    for (layer, step, mine), (*_, other) in zip(
        run.recorder.kept, alone.recorder.kept, strict=True
    ):
        assert mine.keys() == other.keys()
        assert all(mine[k].equal(other[k]) for k in mine), (layer, step)
    first = [values for layer, _, values in alone.recorder.kept if layer == "layer1"]
    assert first[0]["win_count"].tolist() == truth["win_count"][:10].sum(0).tolist()
    assert_close(first[1]["activity"], truth["activity"][10:].mean(0))
    assert_close(first[0]["ltd"], truth["ltd"][9])


def test_learning_is_the_same_with_and_without_anybody_looking():
    looked_at = Learning({"name": "p", "variables": [*NAMES], "every": 1, "reduce": "max"}, every=1)
    looked_at.go(STEPS)
    alone = Network([spec(4), spec(2)], (3,), seed=0)
    alone.adapt(dict.fromkeys(alone.layers, PLASTIC))
    start = {name: layer.w.clone() for name, layer in alone.layers.items()}
    for x in X:
        alone.learn(x)
    for name, layer in alone.layers.items():
        assert not layer.w.equal(start[name])
        assert all(looked_at.network.layers[name].state[k].equal(t) for k, t in layer.state.items())


PROBES = (
    {"name": "sum", "variables": ["ltp", "win_count"], "every": 5, "reduce": "sum"},
    {"name": "least", "variables": "w", "every": 4, "reduce": "min"},
    {
        "name": "spread",
        "variables": "dw",
        "log": 3,
        "reduce": "histogram",
        "bins": 3,
        "range": [0, 1],
    },
    {"name": "last", "variables": ["rule.calls", "corrected_count"], "every": 3},
)


@pytest.mark.parametrize("stop", range(1, STEPS))
def test_going_on_in_the_middle_of_windows_gives_the_same_samples(stop):
    whole, first, rest = (Learning(*PROBES, every=4) for _ in range(3))
    whole.go(STEPS)
    first.go(stop)
    rest.network.load_state(copied(first.network.state()))
    rest.watch.load_state(copied(first.watch.state()))
    rest.step = stop
    rest.go(STEPS - stop)
    for kind in ("probes", "kept"):  # series come layer by layer, several samples at a time
        expected = sorted(getattr(whole.recorder, kind), key=_place)
        found = sorted(getattr(first.recorder, kind) + getattr(rest.recorder, kind), key=_place)
        assert [sample[:-1] for sample in found] == [sample[:-1] for sample in expected]
        for (*_, mine), (*_, other) in zip(found, expected, strict=True):
            assert mine.keys() == other.keys()
            assert all(mine[k].equal(other[k]) for k in mine)


def _place(sample):
    return sample[:-1]


def test_under_backprop_only_what_does_not_need_the_middle_of_a_step():
    run = Learning({"name": "p", "layers": "layer1", "variables": ["w", "ltp"], "every": 6})
    found = run.go(STEPS, seen=False)
    assert [(step, set(values)) for _, _, step, values in found] == [(6, {"w"}), (12, {"w"})]
    assert {name for *_, values in run.recorder.kept for name in values} == {
        "w_norm",
        "corrected_count",
    }


def test_the_weights_from_before_a_step_are_let_go_after_it():
    """Neither these nor the change are kept until the next sample: they would double the memory of large layers."""
    run = Learning({"name": "p", "variables": ["dw", "update_to_weight"], "every": 1})
    run.watch.attach(run.names, 1, True)
    glimpse = weakref.ref(run.watch.watchers["layer1"]._glimpse)
    run.network.learn(X[0])
    assert glimpse().change(run.network.layers["layer1"].projections[0]) is not None
    run.watch.record(run.names, 1)
    assert glimpse() is None

"""Phases, their order, what is evaluated beside them, and how runs end. Rules and the like are test doubles."""

from collections import Counter
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import (
    ConfigurationError,
    DataError,
    Layer,
    LearningError,
    Measure,
    Network,
    Preprocessing,
    Progress,
    Rate,
    Rule,
    Split,
    frozen,
    hookimpl,
    registry,
    runs,
)
from neuroplast import engine as engine_module
from neuroplast.drafts import load_scenario
from neuroplast.engine import Engine
from neuroplast.events import RunInfo
from neuroplast.preparation import Parts
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import NoRecorder
from neuroplast.recording.writer import RunRecorder


class Seeing(Rule):
    """Δ = Σ g x; keeps every input that it is shown, by the number of neurons of the layer."""

    kind: ClassVar[str] = "seeing"
    seen: ClassVar[dict] = {}

    def delta(self, view):
        self.seen.setdefault(len(view.w), []).append(view.x.clone())
        return view.outer(view.g)


class Timed(Rate):
    """η = 0.001; keeps every progress that it is told."""

    kind: ClassVar[str] = "timed"
    told: ClassVar[list] = []

    def at(self, view, progress):
        self.told.append(progress)
        return 0.001


class Breaking(Rule):
    """Δ = Σ g x, and whatever `error` is at the step `after`."""

    kind: ClassVar[str] = "breaking"
    error: ClassVar[BaseException | None] = None
    steps: ClassVar[list] = []
    hint: ClassVar[str] = "feed it less"
    after: int = 3

    def delta(self, view):
        self.steps.append(None)
        if len(self.steps) == self.after:
            raise self.error
        return view.outer(view.g)


class Plus(Preprocessing):
    """x + by; keeps what it was fitted on, and how large the batches were that it was applied to."""

    kind: ClassVar[str] = "plus"
    fitted: ClassVar[list] = []
    applied: ClassVar[list] = []
    by: float = 1.0

    def fit(self, x):
        self.fitted.append(x.clone())
        return {"by": torch.tensor(self.by)}

    def apply(self, x, memory, rng):
        self.applied.append((self.by, len(x)))
        return x + memory.by


class Awake(Measure):
    """How many layers adapt while it measures, and how many stimuli it is shown."""

    kind: ClassVar[str] = "awake"

    def measure(self, network, stimuli):
        awake = sum(bool(layer.adapts) for layer in network.layers.values())
        return {"layers": float(awake), "stimuli": float(len(stimuli))}


PARTS = {
    **{"rules": [Seeing, Breaking], "rates": [Timed]},
    **{"preprocessings": [Plus], "measures": [Awake]},
}


@pytest.fixture(autouse=True, scope="module")
def known():
    """The built-in parts and those above."""
    registry.use(registry.load())
    hooks = {name: hookimpl(lambda parts=parts: list(parts)) for name, parts in PARTS.items()}
    plugin = registry.current().add(SimpleNamespace(**{"__name__": "engine_doubles", **hooks}))
    assert not plugin.failures
    yield
    registry.use(None)


@pytest.fixture(autouse=True)
def nothing_kept():
    for kept in (Seeing.seen, Timed.told, Breaking.steps, Plus.fitted, Plus.applied):
        kept.clear()


COUNT, SIZE = 10, 4
X = normal(COUNT, SIZE, dtype=torch.float32)
Y = torch.arange(COUNT) % 2
TEST = Split(normal(6, SIZE, seed=1, dtype=torch.float32), torch.arange(6) % 2)


def layer(neurons=5, **changes):
    common = {"rule": "seeing", "scaling": "sum", "rate": "timed", "population": "relu"}
    return {"synapse": {"kind": "dense", "neurons": neurons}, **common, **changes}


def scenario(*layers, sets=(), **changes):
    """Three layers of 5, 6 and 7 neurons, in batches of 4."""
    whole = {
        "stimuli": {"kind": "gaussian", "inputs": SIZE},
        "layers": list(layers) or [layer(5), layer(6), layer(7)],
        **({} if "phases" in changes else {"batch": 4}),
        **changes,
    }
    return load_scenario(whole, sets)


class Notes(NoRecorder):
    """Keeps what matters here of a record."""

    def __init__(self):
        self.evaluated, self.kept = [], []

    def metrics(self, group, step, values):
        self.evaluated.append((group, step))

    def snapshot(self, step, state):
        self.kept.append(copied(state))


class Ears:
    """Stands for the registry; keeps the events, and the network's state at each."""

    def __init__(self):
        self.heard, self.states, self.network = [], {}, None

    def fire(self, event, **arguments):
        self.heard.append((event, arguments))
        if event == "layer_finished":
            self.states[arguments["layer"]] = copied(self.network.state())


def copied(state):
    return {name: {k: t.clone() for k, t in own.items()} for name, own in state.items()}


def made(what, x=X, y=Y, seed=0):
    network = Network(what.layers, tuple(x.shape[1:]), seed)
    ears = Ears()
    ears.network = network
    info = RunInfo("test", "", seed, None, 0)
    parts = Parts(Split(x, y), {"test": TEST}, 2)
    return Engine(what, network, parts, Notes(), ears, info)


def run(*layers, x=X, y=Y, seed=0, **changes):
    """Run to the end; the engine."""
    engine = made(scenario(*layers, **changes), x, y, seed)
    engine.run()
    return engine


def first(engine):
    return engine.recorder.kept[0]


def last(engine):
    return engine.recorder.kept[-1]


def same(one, other):
    """Whether two states have the same bits."""
    return all(one[n][k].equal(other[n][k]) for n in one for k in one[n])


def changed(engine):
    """The tensors that the run changed, as `layer.name`."""
    a, b = first(engine), last(engine)
    return {f"{n}.{k}" for n in a for k in a[n] if not a[n][k].equal(b[n][k])}


def sizes():
    return [len(x) for x in Seeing.seen[5]]


# How long, and in which batches


def test_progress_is_handed_to_rates():
    run(layer(5), epochs=2)
    steps = [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 1)]  # 4 + 4 + 2 stimuli an epoch
    assert Timed.told == [Progress(step, 6, epoch, 2) for step, epoch in steps]
    assert sizes() == [4, 4, 2, 4, 4, 2]


def test_each_phase_has_a_progress_of_its_own():
    engine = run(layer(5), phases=[{"batch": 5}, {"batch": 10, "epochs": 3}])
    assert [(p.step, p.steps, p.epoch, p.epochs) for p in Timed.told] == [
        *((0, 2, 0, 1), (1, 2, 0, 1)),
        *((0, 3, 0, 3), (1, 3, 1, 3), (2, 3, 2, 3)),
    ]
    assert engine.step == 5


@pytest.mark.parametrize(
    ("presentations", "batches"),
    [(8, [4, 4]), (9, [4, 4, 1]), (10, [4, 4, 2]), (13, [4, 4, 2, 3]), (3, [3]), (24, None)],
)
def test_exactly_so_many_presentations(presentations, batches):
    run(layer(5), presentations=presentations)
    assert sum(sizes()) == presentations
    assert sizes() == (batches or [4, 4, 2, 4, 4, 2, 4])
    assert len(Timed.told) == Timed.told[0].steps == len(sizes())
    assert Timed.told[-1].epoch == Timed.told[0].epochs - 1 == (presentations - 1) // COUNT


def test_every_epoch_has_an_order_of_its_own():
    run(layer(5), epochs=3)
    seen = torch.cat(Seeing.seen[5]).view(3, COUNT, SIZE)
    orders = [[next(i for i in range(COUNT) if X[i].equal(row)) for row in e] for e in seen]
    assert [sorted(order) for order in orders] == [list(range(COUNT))] * 3
    assert len({tuple(order) for order in (*orders, range(COUNT))}) == 4


def test_the_order_depends_on_the_seed():
    shown = []
    for seed in (0, 0, 1):
        Seeing.seen.clear()
        run(layer(5), seed=seed)
        shown.append(torch.cat(Seeing.seen[5]))
    assert shown[0].equal(shown[1])
    assert not shown[0].equal(shown[2])


def test_without_shuffling_the_order_is_that_of_the_stimuli():
    run(layer(5), epochs=2, shuffle=False)
    assert torch.cat(Seeing.seen[5]).equal(torch.cat([X, X]))


# What adapts


def plastic(neurons=5, **changes):
    return layer(neurons, normalisation="batch_norm", **changes)


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        (["weights"], {"w"}),
        (["statistics"], {"normalisation.mean", "normalisation.variance"}),
        (["weights", "statistics"], {"w", "normalisation.mean", "normalisation.variance"}),
        (["neurons"], set()),
        ([], set()),
    ],
)
def test_the_groups_of_a_phase_adapt_and_nothing_else(groups, names):
    engine = run(plastic(), plastic(6), adapt=groups)
    assert changed(engine) == {f"{n}.{k}" for n in ("layer1", "layer2") for k in names}


def test_only_the_layers_that_a_phase_names_adapt():
    phases = [{"layers": ["layer2"], "adapt": ["weights"], "batch": 4}]
    engine = run(plastic(), plastic(6), plastic(7), phases=phases)
    assert changed(engine) == {"layer2.w"}
    assert set(Seeing.seen) == {6}


def test_a_layer_without_a_rule_keeps_its_weights():
    bare = {"synapse": {"kind": "dense", "neurons": 6}}
    engine = run(layer(5), bare)
    assert changed(engine) == {"layer1.w"}
    assert "layer2: neurons, statistics" in str(engine.stages[0])
    assert "layer1: weights, neurons, statistics" in str(engine.stages[0])


def test_calibration_follows_the_batches_and_keeps_the_weights():
    """Running mean and variance move by a tenth of the way to each batch's own."""
    engine = run(plastic(), adapt=["statistics"], shuffle=False)
    mean, variance = torch.zeros(SIZE), torch.ones(SIZE)
    for batch in X.split(4):
        mean = 0.9 * mean + 0.1 * batch.mean(0)
        variance = 0.9 * variance + 0.1 * batch.var(0)
    state = last(engine)["layer1"]
    assert_close(state["normalisation.mean"], mean)
    assert_close(state["normalisation.variance"], variance)
    assert state["w"].equal(first(engine)["layer1"]["w"])
    assert not Seeing.seen


def test_nothing_adapts_afterwards():
    engine = run(plastic())
    assert not any(part.adapts for part in engine.network.layers.values())


# In which order


def test_layers_learn_at_once_by_default():
    engine = run(presentations=8)
    assert {n: len(x) for n, x in Seeing.seen.items()} == {5: 2, 6: 2, 7: 2}
    assert len(engine.stages) == 1


def test_a_greedy_phase_takes_one_layer_after_the_other_in_the_same_order_of_stimuli():
    """Each layer is shown what the layers below, as they ended, answer to the batches that the first one saw."""
    engine = run(epochs=1, order="greedy")
    w1, w2 = last(engine)["layer1"]["w"], last(engine)["layer2"]["w"]
    assert changed(engine) == {"layer1.w", "layer2.w", "layer3.w"}
    assert [len(x) for x in Seeing.seen[5]] == [4, 4, 2]
    assert not torch.cat(Seeing.seen[5]).equal(X)
    for x, below, top in zip(*(Seeing.seen[n] for n in (5, 6, 7)), strict=True):
        assert_close(below, (x @ w1.T).relu())
        assert_close(top, (below @ w2.T).relu())
    assert [s.start for s in engine.stages] == [0, 3, 6]
    assert engine.step == 9


@pytest.mark.parametrize("epochs", [1, 2])
def test_finished_layers_keep_every_bit(epochs):
    engine = run(plastic(), plastic(6), plastic(7), order="greedy", epochs=epochs)
    ends = engine.registry.states
    assert list(ends) == ["layer1", "layer2", "layer3"]
    final = last(engine)
    for name, then in ends.items():
        assert all(then[name][k].equal(t) for k, t in final[name].items())
    assert same({"layer3": ends["layer2"]["layer3"]}, {"layer3": first(engine)["layer3"]})
    assert len(changed(engine)) == 9


def convolutional(neurons):
    synapse = {"kind": "conv2d", "neurons": neurons, "kernel": 3}
    pool = {"kind": "max", "size": 2, "stride": 2}
    return plastic(neurons, synapse=synapse, pool=pool, scaling="largest")


@pytest.mark.parametrize("below", ["dense", "conv2d", "joined"])
def test_kept_answers_of_frozen_layers_are_those_that_would_be_recomputed(below, monkeypatch):
    if below == "conv2d":
        x = normal(COUNT, 2, 8, 8, dtype=torch.float32)
        layers = [convolutional(n) for n in (5, 6, 7)]
    else:
        x = X
        layers = [plastic(n) for n in (5, 6, 7)]
    if below == "joined":
        layers[2] |= {"input": ["stimuli", "layer1", "layer2"], "join": "concat"}
    asked = []
    kept = frozen.FrozenAnswers._answered
    monkeypatch.setattr(
        frozen.FrozenAnswers,
        "_answered",
        lambda self, name, known: asked.append(name) or kept(self, name, known),
    )
    one = run(*layers, x=x, order="greedy", epochs=2)
    assert set(asked) == {"layer1", "layer2"} | ({"stimuli"} if below == "joined" else set())
    monkeypatch.setattr(frozen, "room", lambda *_, **__: None)
    monkeypatch.setattr(Network, "learn_from", None)  # what takes kept answers
    other = run(*layers, x=x, order="greedy", epochs=2)
    assert len(changed(one)) == 9
    for name, own in last(one).items():
        for key, tensor in own.items():
            assert_close(tensor, last(other)[name][key])


def test_a_frozen_layer_is_asked_once_for_each_stimulus(monkeypatch):
    answered = Counter()
    respond = Layer.respond

    def counting(self, x):
        answered[self.name] += len(x[0])
        return respond(self, x)

    monkeypatch.setattr(Layer, "respond", counting)
    run(*(plastic(n) for n in (5, 6, 7, 8)), order="greedy", epochs=2)
    assert answered == {"layer1": COUNT, "layer2": COUNT, "layer3": COUNT}


def test_what_a_phase_before_kept_is_not_taken_for_what_layers_answer_now():
    phases = [{"name": n, "order": "greedy", "epochs": 2, "batch": 4} for n in ("first", "again")]
    one = run(*(plastic(n) for n in (5, 6, 7)), phases=phases)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frozen, "room", lambda *_, **__: None)
        other = run(*(plastic(n) for n in (5, 6, 7)), phases=phases)
    for name, own in last(one).items():
        for key, tensor in own.items():
            assert_close(tensor, last(other)[name][key])


@pytest.mark.parametrize("update", ["before", "after"])
def test_what_a_layer_sees_of_a_layer_that_learns_with_it(update):
    engine = run(layer(5), layer(6), update=update, presentations=4)
    (x,), (below,) = Seeing.seen[5], Seeing.seen[6]
    weights = {"before": first(engine), "after": last(engine)}
    other = {"before": "after", "after": "before"}[update]
    assert_close(below, (x @ weights[update]["layer1"]["w"].T).relu())
    assert not torch.allclose(below, (x @ weights[other]["layer1"]["w"].T).relu())


# What is evaluated beside the learning

RIDGE = {"kind": "ridge", "alpha": 1.0}


@pytest.mark.parametrize(
    ("at", "steps"),
    [
        (["start"], [0]),
        (["end"], [6]),
        ("end", [6]),
        (["epoch 1"], [3]),
        (["epoch 2"], [6]),
        (["epoch 2", "end"], [6]),
        (["every 2 steps"], [2, 4, 6]),
        (["every 3 steps", "epoch 1"], [3, 6]),
        (["start", "epoch 1", "every 4 steps", "end"], [0, 3, 4, 6]),
        (["every 7 steps"], []),
    ],
)
def test_times_of_evaluation(at, steps):
    """Two epochs of three steps; each time once."""
    engine = run(layer(5), epochs=2, readouts={**RIDGE, "at": at})
    assert engine.recorder.evaluated == [("ridge", step) for step in steps]


def test_epochs_of_a_greedy_phase_are_those_of_each_layer():
    readout = {**RIDGE, "at": "epoch 1"}
    engine = run(layer(5), layer(6), epochs=2, order="greedy", readouts=readout)
    assert engine.recorder.evaluated == [("ridge", 3), ("ridge", 9)]


@pytest.mark.parametrize("order", ["simultaneous", "greedy"])
@pytest.mark.parametrize("update", ["before", "after"])
def test_evaluation_does_not_touch_learning(order, update):
    times = ["start", "epoch 1", "every 2 steps", "end"]
    readouts = [
        {"kind": "linear", "epochs": 1, "at": times, "layer": "layer1"},
        {**RIDGE, "at": times},
    ]
    measures = {"kind": "principal_component", "layer": "layer1", "at": times}
    layers = [plastic(5, competition="soft_wta"), plastic(6, population="triangle")]
    how = {"order": order, "update": update, "epochs": 2}
    bare = run(*layers, **how)
    watched = run(*layers, **how, readouts=readouts, measures=measures)
    assert len(changed(bare)) == 6
    assert len(watched.recorder.evaluated) > 12
    assert same(last(bare), last(watched))


def test_measures_see_a_frozen_network_and_all_training_stimuli():
    engine = made(scenario(plastic(), measures={"kind": "awake", "at": "every 1 steps"}))
    found = []
    engine.recorder.metrics = lambda group, step, values: found.append(values)
    engine.run()
    assert found == [{"layers": 0.0, "stimuli": float(COUNT)}] * 3
    assert len(changed(engine)) == 3  # it goes on learning afterwards


def test_read_outs_are_fitted_from_scratch_each_time():
    """Where nothing is learnt, the result is the same each time."""
    readout = {"kind": "linear", "epochs": 3, "at": ["start", "every 1 steps", "end"]}
    engine = made(scenario(layer(5), adapt=[], readouts=readout))
    found = []
    engine.recorder.metrics = lambda group, step, values: found.append(values)
    engine.run()
    assert len(found) == 4
    assert all(values == found[0] for values in found)
    assert set(found[0]) == {"train_accuracy", "test_accuracy"}


def test_a_read_out_of_a_layer_and_of_the_stimuli():
    engine = made(scenario(layer(5), readouts=[RIDGE, {**RIDGE, "name": "low"}]))
    assert engine.evaluation.features(TEST, "layer1", "any").size == 5
    engine = made(scenario(sets=["layers=[]"]))
    assert engine.evaluation.features(TEST, None, "any").rows(torch.arange(6)).equal(TEST.x)
    assert engine.run() == {}


# Preprocessing


def test_preprocessing_is_fitted_once_on_training_stimuli_after_those_before_it():
    run(layer(5), preprocessing=[{"kind": "plus", "by": 1.0}, {"kind": "plus", "by": 10.0}])
    assert len(Plus.fitted) == 2
    assert Plus.fitted[0].equal(X)
    assert_close(Plus.fitted[1], X + 1)


def test_layers_and_read_outs_see_preprocessed_stimuli():
    engine = run(layer(5), shuffle=False, preprocessing={"kind": "plus", "by": 10.0})
    assert_close(torch.cat(Seeing.seen[5]), X + 10)
    answers = (TEST.x + 10) @ engine.network.layers["layer1"].w.T
    assert_close(
        engine.evaluation.features(TEST, None, "any").rows(torch.arange(6)), answers.relu()
    )


def test_preprocessing_for_training_alone():
    """Augmentation is kept from what read-outs are fitted and scored on, and from what others are fitted on."""
    engine = run(
        layer(5),
        shuffle=False,
        readouts=RIDGE,
        preprocessing=[
            {"kind": "plus", "by": 10.0, "when": "train"},
            {"kind": "plus", "by": 1.0},
        ],
    )
    assert_close(torch.cat(Seeing.seen[5]), X + 11)
    assert Plus.fitted[1].equal(X)
    augmented = [n for by, n in Plus.applied if by == 10]
    assert augmented == [4, 4, 2]
    assert_close(engine.prepare(X, "score"), X + 1)
    assert_close(engine.prepare(X, "train"), X + 11)


# Events


def test_events_come_in_order(monkeypatch):
    monkeypatch.setattr(engine_module, "REPORT_SECONDS", 0.0)
    engine = run(layer(5), layer(6), order="greedy", readouts=RIDGE)
    names = [name for name, _ in engine.registry.heard if name != "checkpoint"]
    learning = ["interval"] * 3
    assert names[:9] == [*("run_started", *learning, "layer_finished", *learning, "layer_finished")]
    assert names[-1] == "run_finished"
    assert set(names[9:-1]) == {"interval"}
    finished = [a["layer"] for name, a in engine.registry.heard if name == "layer_finished"]
    assert finished == ["layer1", "layer2"]
    commits = [a["step"] for name, a in engine.registry.heard if name == "checkpoint"]
    assert commits == [0, 6]  # at the start, and after the last step
    reports = [a["report"] for name, a in engine.registry.heard if name == "interval"]
    assert [(r.done, r.total, r.step) for r in reports[:3]] == [(1, 3, 1), (2, 3, 2), (3, 3, 3)]
    assert engine.registry.heard[-1][1]["results"] == engine.results


def test_a_layer_has_finished_when_no_later_phase_changes_it():
    phases = [{"layers": ["layer1"], "batch": 10}, {"batch": 10, "order": "greedy"}]
    engine = run(layer(5), layer(6), phases=phases)
    heard = [a["layer"] for name, a in engine.registry.heard if name == "layer_finished"]
    assert heard == ["layer1", "layer2"]
    assert len(Seeing.seen[5]) == 2
    assert len(Seeing.seen[6]) == 1


# How runs end otherwise


def recorded(tmp_path, *listeners, **changes):
    """Run on generated stimuli, with a record."""
    whole = {
        "stimuli": {"kind": "gaussian", "inputs": SIZE, "train": 40},
        "layers": [layer(5, rule={"kind": "breaking", "after": 3})],
        "record": {"every": 1},
        **changes,
    }
    return runs.run(whole, out=tmp_path / "out", device="cpu", listeners=listeners)


class Listener:
    """Hears of the start and the end."""

    def __init__(self):
        self.heard = []

    @hookimpl
    def run_started(self, run):
        self.heard.append("started")

    @hookimpl
    def run_failed(self, run, error):
        self.heard.append(error)

    @hookimpl
    def run_finished(self, run, results):
        self.heard.append("finished")


@pytest.mark.parametrize(
    ("error", "state"),
    [(RuntimeError("out of it"), "failed"), (KeyboardInterrupt(), "interrupted")],
)
def test_a_run_that_stops_early_closes_its_record(tmp_path, monkeypatch, error, state):
    monkeypatch.setattr(Breaking, "error", error)
    listener = Listener()
    with pytest.raises(type(error)):
        recorded(tmp_path, listener)
    assert listener.heard == ["started", error]
    with open_run(tmp_path / "out") as recording:
        assert (recording.state, recording.steps_done, recording.steps_total) == (state, 2, 4)
        assert recording.is_intact()
        assert recording.layers["layer1"].steps == (1, 2)
        assert [e.step for e in recording.events if e.kind == state] == [2]
        assert any(type(error).__name__ in e.message for e in recording.events)


def test_a_record_that_cannot_be_closed_is_told_beside_what_went_wrong(tmp_path, monkeypatch):
    def broken(self, state, steps_done):
        raise DataError("the disk is gone")

    monkeypatch.setattr(Breaking, "error", RuntimeError("out of it"))
    monkeypatch.setattr(RunRecorder, "close", broken)
    with pytest.raises(RuntimeError, match="out of it") as caught:
        recorded(tmp_path)
    assert caught.value.__notes__ == ["besides, its record could not be closed: the disk is gone"]


def test_a_step_that_fails_halfway_leaves_what_was_sampled_before(tmp_path, monkeypatch):
    """The layer below has changed in it already."""
    whole = recorded(tmp_path / "whole", layers=[layer(5), layer(5, name="top")])
    monkeypatch.setattr(Breaking, "error", RuntimeError("out of it"))
    torn = [layer(5), layer(5, name="top", rule={"kind": "breaking", "after": 3})]
    with pytest.raises(RuntimeError):
        recorded(tmp_path, layers=torn)
    with open_run(tmp_path / "out") as found, open_run(whole.path) as expected:
        series, known = (record.layers["layer1"].series for record in (found, expected))
        assert set(series) == set(known)
        for name, samples in series.items():
            assert samples.steps.tolist() == [1, 2]
            assert torch.equal(samples.values, known[name].values[:2]), name


class Shaky(Listener):
    """Raises when it hears that something has started."""

    @hookimpl
    def run_started(self, run):
        raise ValueError("no ears")


def test_a_listener_that_raises_stops_nothing(tmp_path, capsys):
    shaky, listener = Shaky(), Listener()
    recorded(tmp_path, shaky, listener, layers=[layer(5)])
    assert listener.heard == ["started", "finished"]
    assert shaky.heard == []
    told = capsys.readouterr().err
    assert told.startswith("plugin Shaky ")
    assert told.count("run_started raised ValueError: no ears") == 1


@pytest.mark.parametrize(("scaling", "step"), [("sum", 1), ("largest", 0)])
def test_what_is_not_finite_is_told_with_layer_step_rule_and_remedy(tmp_path, scaling, step):
    """Where the scaling looks at the change, before it is applied; else at the next sample."""
    rate = {"kind": "constant", "eta": 1e38}
    quiet = {"synapse": {"kind": "dense", "neurons": 4}, "initialisation": {"radius": 1e19}}
    quiet["initialisation"]["kind"] = "normal"
    loud = {**quiet, "name": "loud", "rule": "hebb", "scaling": scaling, "rate": rate}
    with pytest.raises(LearningError) as caught:  # drives of about 1e38, changes of about 1e57
        recorded(tmp_path, layers=[{**quiet, "name": "low"}, loud])
    said = str(caught.value)
    assert said.startswith("loud: ")
    assert "not finite" in said
    assert f"at step {step} under rule 'hebb'" in said
    assert "bound the weights with a constraint such as unit norm, or lower the rate" in said
    with open_run(tmp_path / "out") as recording:
        assert recording.state == "failed"
        assert said in [e.message.partition(": ")[2] for e in recording.events]


def test_under_backprop_the_rule_is_not_blamed():
    x = X.clone()
    x[:, 0] = 1e30
    phases = [{"learning": "gradient", "batch": 10, "epochs": 9, "gradient": {"eta": 1e30}}]
    with pytest.raises(LearningError, match=r"^layer1: weights not finite at step \d under backp"):
        run(layer(5), x=x, phases=phases, record={"every": 1})


@pytest.mark.parametrize(
    "changes",
    [{"readouts": RIDGE}, {"learning": "gradient"}],
    ids=["read-out", "gradient"],
)
def test_what_needs_labels_is_told_before_anything_is_learnt(tmp_path, changes):
    with pytest.raises(ConfigurationError, match="labels, and these stimuli have none"):
        recorded(tmp_path, layers=[layer(5)], **changes)
    assert not Seeing.seen
    with pytest.raises(ConfigurationError, match="labels, and these stimuli have none"):
        runs.plan({"stimuli": {"kind": "gaussian", "inputs": 3}, "layers": [layer(5)], **changes})

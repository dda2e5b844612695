"""Running scenarios and reading runs back: folders, results, and bits that come out again."""

import json
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import torch
from support.numbers import normal
from torch.testing import assert_close

import neuroplast
from neuroplast import (
    ConfigurationError,
    DataError,
    Preprocessing,
    Rule,
    ScenarioError,
    hookimpl,
    registry,
    runs,
)
from neuroplast.drafts import draft
from neuroplast.engine import Engine
from neuroplast.recording.reader import open_run
from neuroplast.runs import RunSet

LAYER = {
    "use": "softhebb",
    "synapse": {"kind": "dense", "neurons": 6},
    "initialisation": {"radius": 2.0},
    "rate": {"eta": 0.1},
}
STIMULI = {"kind": "gaussian_clusters", "clusters": 3, "inputs": 8, "train": 60, "test": 30}
CONDITIONS = [
    {"name": "learned"},
    {"name": "random", "set": {"phases.phase1.adapt": ["statistics"]}},
]


class Shown(Rule):
    """Δ = 0; keeps every input that it is shown."""

    kind: ClassVar[str] = "shown"
    seen: ClassVar[list] = []

    def delta(self, view):
        self.seen.append(view.x.clone())
        return view.outer(view.g * 0)


class LessMean(Preprocessing):
    """x - mean of what it was fitted on."""

    kind: ClassVar[str] = "less_mean"

    def fit(self, x):
        return {"mean": x.mean(0)}

    def apply(self, x, memory, rng):
        return x - memory.mean


@pytest.fixture(autouse=True, scope="module")
def known():
    """The built-in parts and those above."""
    registry.use(registry.load())
    double = SimpleNamespace(__name__="runs_doubles")
    double.rules = hookimpl(lambda: [Shown])
    double.preprocessings = hookimpl(lambda: [LessMean])
    assert not registry.current().add(double).failures
    yield
    registry.use(None)


def tables(**changes):
    """Two small layers, six steps."""
    return {"stimuli": STIMULI, "layers": [LAYER, LAYER], "readouts": "ridge", **changes}


def run(out, sets=(), seed=None, condition="", **changes):
    return runs.run(
        tables(**changes), sets=sets, seed=seed, condition=condition, out=out, device="cpu"
    )


def final(path):
    with open_run(path) as recording:
        return recording.final_state()


def same(one, other):
    assert one.keys() == other.keys()
    return all(one[n][k].equal(other[n][k]) for n in one for k in one[n])


# One run


def test_a_run_and_its_record(tmp_path):
    done = run(tmp_path / "out", seed=3)
    assert (done.title, done.condition, done.seed) == ("scenario", "", 3)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["run.h5"]
    assert done.file == tmp_path / "out" / "run.h5"
    with open_run(done.path) as recording:
        assert (recording.state, recording.seed, recording.steps_done) == ("complete", 3, 6)
        assert recording.is_intact()
        assert recording.snapshot_steps == (0, 6)
        assert {f"rule:softhebb=={neuroplast.__version__}"} <= set(recording.parts)
        assert recording.data["name"] == "gaussian_clusters"
        assert len(recording.data["sha256"]) == 64
        assert recording.provenance["cpu_threads"] == 1
        assert recording.scenario["seeds"] == [3]
        metrics = recording.metrics["ridge"]
        stored = {name: float(samples.values[-1]) for name, samples in metrics.items()}
    assert stored == done.results["ridge"]
    assert set(stored) == {"train_accuracy", "test_accuracy"}
    assert 100 / 3 < stored["test_accuracy"] <= 100


def test_the_loaded_network_answers_as_the_one_that_learnt(tmp_path, monkeypatch):
    """Features of the run's own network are taken where its read-out is fitted."""
    engines = []
    kept = Engine.run
    monkeypatch.setattr(
        Engine, "run", lambda self, *state: engines.append(self) or kept(self, *state)
    )
    done = run(tmp_path / "out")
    x = normal(7, 8, dtype=torch.float32)
    expected = engines[0].network.features(x)
    loaded = runs.load(done.path)
    assert loaded.features(x).equal(expected)
    assert (
        runs.load(done.file).features(x, "layer1").equal(engines[0].network.features(x, "layer1"))
    )
    assert done.network.features(x.numpy()).equal(expected)
    assert not any(layer.adapts for layer in loaded.layers.values())
    with open_run(done.path) as recording:
        untrained = recording.snapshot(0)
    assert not same(untrained, loaded.state())


def test_loading_leaves_the_file_free(tmp_path):
    import h5py

    done = run(tmp_path / "out")
    runs.load(done.path)
    runs.readout(done.path)
    with h5py.File(done.file, "r+") as file:  # refused while it is open for reading
        assert file.attrs["state"]


@pytest.mark.parametrize("state", ["failed", "running", "interrupted"])
def test_a_run_that_did_not_end_has_no_weights_it_ended_with(tmp_path, state):
    import h5py

    done = run(tmp_path / "out")
    with h5py.File(done.file, "r+") as file:
        kind = file.attrs.get_id("state").dtype
        file.attrs.modify("state", np.array(state.encode(), kind))
    with pytest.raises(DataError, match=f"is {state} after"):
        runs.load(done.path)


def test_validation_and_test_stimuli_are_never_learnt_from(tmp_path):
    Shown.seen.clear()
    layer = {"synapse": LAYER["synapse"], "rule": "shown", "scaling": "sum"}
    layer["rate"] = {"kind": "constant", "eta": 1.0}
    done = run(tmp_path / "out", layers=[layer], validation=0.25, epochs=2, batch=7)
    shown = torch.cat(Shown.seen)
    assert len(shown) == 2 * 45  # of 60, 15 are set aside
    stimuli, parts = runs.stimuli_of(draft(tables(validation=0.25)).resolve(), 0)
    held_out = {tuple(x.tolist()) for x in (*parts.scored["validation"].x, *stimuli.test.x)}
    assert len(held_out) == 15 + 30
    assert not held_out & {tuple(x.tolist()) for x in shown}
    assert set(done.results["ridge"]) == {
        *("train_accuracy", "validation_accuracy", "test_accuracy")
    }


def test_only_the_parts_asked_for_are_scored(tmp_path):
    done = run(tmp_path / "out", validation=0.25, evaluate=["validation"], layers=[])
    assert set(done.results["ridge"]) == {"train_accuracy", "validation_accuracy"}


# Folders


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    out = tmp_path / "out"
    run(out)
    before = (out / "run.h5").read_bytes()
    for do in (run, lambda out: runs.run_set(tables(), seeds=[0, 1], out=out)):
        with pytest.raises(ConfigurationError, match="exists and is not empty; give a new folder"):
            do(out)
    assert (out / "run.h5").read_bytes() == before
    assert [p.name for p in out.iterdir()] == ["run.h5"]


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "out").mkdir()
    assert run(tmp_path / "out").file.is_file()


def test_folders_above_are_made(tmp_path):
    assert run(tmp_path / "a" / "b").file.is_file()


def test_a_file_in_the_place_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ConfigurationError, match="exists"):
        run(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file" / "out", tmp_path / ("a" * 300)):
        with pytest.raises(DataError, match="cannot be made"):
            run(out)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(runs.os, "access", lambda *_: False)
    with pytest.raises(DataError, match="cannot be written"):
        run(tmp_path / "out")


def test_a_new_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, other = (run(None, title="mine") for _ in range(2))
    assert one.path != other.path
    assert [p.parent.name for p in (one.path, other.path)] == ["runs", "runs"]
    assert one.path.name.startswith("mine-")


@pytest.mark.parametrize(
    ("title", "begins"),
    [("../../mine", "mine-"), ("a b/ç?", "a-b-ç-"), ("..", "run-"), ("", "run-")],
)
def test_a_title_stays_inside_the_folder_of_runs(tmp_path, monkeypatch, title, begins):
    monkeypatch.chdir(tmp_path)
    path = run(None, title=title).path
    assert path.resolve().parent == tmp_path / "runs"
    assert path.name.startswith(begins)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"device": "abacus"}, "--device abacus: is not here; choose auto or cpu"),
        ({"threads": 0}, "--threads 0: must be from 1 to 1024"),
        ({"threads": -2}, "--threads -2: must be from 1 to 1024"),
    ],
)
def test_what_a_machine_has_not_is_told_before_anything_is_made(tmp_path, changes, told):
    for do in (runs.run, runs.run_set):
        with pytest.raises(ConfigurationError, match=told):
            do(tables(), out=tmp_path / "out", **changes)
        assert not (tmp_path / "out").exists()
    assert torch.get_num_threads() == 1


def test_the_number_of_threads_is_set_for_the_run_alone(tmp_path):
    done = runs.run(tables(), out=tmp_path / "out", threads=2, device="cpu")
    assert torch.get_num_threads() == 1
    with open_run(done.path) as recording:
        assert recording.provenance["cpu_threads"] == 2


def test_precision_is_recorded_and_kept_by_what_is_read_back(tmp_path):
    """Where drives are rounded, so are those of the network that is loaded."""
    exact, rounded = (
        runs.run(tables(), out=tmp_path / name, precision=name, device="cpu")
        for name in ("fp32", "bf16")
    )
    found = {}
    for done in (exact, rounded):
        with open_run(done.path) as recording:
            assert recording.provenance["precision"] == done.path.name
        x = torch.rand(
            4, *runs.load(done.path).input_shape, generator=torch.Generator().manual_seed(0)
        )
        found[done.path.name] = runs.load(done.path).features(x)
    assert not torch.equal(*found.values())
    assert runs.readout(rounded.path) == rounded.results["ridge"]


# Several runs


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Two conditions with three seeds each."""
    out = tmp_path_factory.mktemp("several") / "out"
    return runs.run_set(tables(conditions=CONDITIONS), seeds=[0, 1, 5], out=out, device="cpu")


def test_a_folder_for_each_condition_and_seed(several):
    names = [f"{c}-seed{s}" for s in (0, 1, 5) for c in ("learned", "random")]
    assert [run.path.name for run in several.runs] == names
    assert sorted(p.name for p in several.path.iterdir()) == sorted(
        [*names, "results.json", "set.json"]
    )
    for run in several.runs:
        with open_run(run.path) as recording:
            assert (recording.condition, recording.seed) == (run.condition, run.seed)


def test_what_differs_between_runs(several):
    states = {run.path.name: final(run.path) for run in several.runs}
    for one, other in (
        ("learned-seed0", "learned-seed1"),
        ("learned-seed0", "random-seed0"),
        ("random-seed0", "random-seed5"),
    ):
        for name in states[one]:
            assert not states[one][name]["w"].equal(states[other][name]["w"])
    with open_run(several.runs[0].path) as one, open_run(several.runs[1].path) as other:
        assert same(
            one.snapshot(0), other.snapshot(0)
        )  # the same seed starts from the same weights
        assert one.data["sha256"] == other.data["sha256"]


def test_results_as_json(several):
    written = json.loads((several.path / "results.json").read_text(encoding="utf-8"))
    assert written["title"] == "scenario"
    assert [(r["condition"], r["seed"], r["path"]) for r in written["runs"]] == [
        (r.condition, r.seed, r.path.name) for r in several.runs
    ]
    assert [r["results"] for r in written["runs"]] == [r.results for r in several.runs]
    for condition in ("learned", "random"):
        values = [
            r.results["ridge"]["test_accuracy"] for r in several.runs if r.condition == condition
        ]
        found = written["summary"][condition]["ridge.test_accuracy"]
        mean = sum(values) / 3
        assert found["n"] == 3
        assert found["mean"] == pytest.approx(mean)
        assert found["sd"] == pytest.approx(math.sqrt(sum((v - mean) ** 2 for v in values) / 2))
    assert several.results_file == several.path / "results.json"


def finished(condition, value):
    return runs.Run("t", condition, 0, Path("x"), {"ridge": {"accuracy": value}})


def test_spread_by_hand():
    """2, 4 and 9: mean 5, squares 9 + 1 + 16 = 26 by n - 1 = 2 is 13."""
    done = RunSet(
        "t", Path("x"), [*(finished("a", v) for v in (2.0, 4.0, 9.0)), finished("b", 7.0)]
    )
    summary = done.summary()
    assert summary["a"]["ridge.accuracy"] == pytest.approx((5.0, math.sqrt(13), 3))
    mean, sd, n = summary["b"]["ridge.accuracy"]
    assert (mean, n) == (7.0, 1)
    assert math.isnan(sd)


def test_one_run_of_a_set_has_the_folder_for_itself(tmp_path):
    done = runs.run_set(tables(), out=tmp_path / "out", device="cpu")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["run.h5"]
    assert done.results_file is None
    assert done.runs[0].path == done.path


def test_the_spread_of_one_run_is_null(tmp_path):
    given = tables(conditions=CONDITIONS)
    runs.run_set(given, out=tmp_path / "out", device="cpu")
    written = json.loads((tmp_path / "out/results.json").read_text())
    assert written["summary"]["learned"]["ridge.test_accuracy"]["sd"] is None


def test_results_so_far_are_kept_when_a_later_run_fails(tmp_path, monkeypatch):
    kept = Engine.run

    def second_fails(self, *state):
        if self.seed == 1:
            raise RuntimeError("the power is gone")
        return kept(self, *state)

    monkeypatch.setattr(Engine, "run", second_fails)
    with pytest.raises(RuntimeError, match="power"):
        runs.run_set(tables(), seeds=[0, 1], out=tmp_path / "out", device="cpu")
    written = json.loads((tmp_path / "out/results.json").read_text())
    assert [r["seed"] for r in written["runs"]] == [0]
    with open_run(tmp_path / "out/run-seed1") as recording:
        assert recording.state == "failed"


# The plan


def test_a_plan_tells_what_would_be_run_and_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    planned = runs.plan(tables(conditions=CONDITIONS, order="greedy"), seeds=[4, 2])
    assert planned.seeds == (4, 2)
    assert list(planned.scenarios) == ["learned", "random"]
    assert [list(s.groups) for s in planned.stages["learned"]] == [["layer1"], ["layer2"]]
    text = "\n".join(planned.lines())
    assert "seeds 4, 2" in text
    assert "6 steps of 10 stimuli by explicit learning; adapts layer2: weights" in text
    assert "adapts layer2: statistics" in text
    assert "softhebb" in text
    # w 6 x 8 and 6 x 6, and a mean and a variance for each input
    assert f"{48 + 36 + 2 * (8 + 6)} values of state, 12 neurons, 6 features" in text
    assert not list(tmp_path.iterdir())


def test_conditions_with_stimuli_of_their_own_are_planned_on_these():
    conditions = [{"name": "a"}, {"name": "b", "set": {"stimuli.inputs": 4, "stimuli.train": 30}}]
    planned = runs.plan(tables(conditions=conditions))
    assert planned.shapes == {"a": (8,), "b": (4,)}
    assert [planned.stages[c][0].steps for c in "ab"] == [6, 3]


def test_layers_that_do_not_fit_are_told_with_their_condition():
    conv = {"synapse": {"kind": "conv2d", "neurons": 2, "kernel": 3}}
    conditions = [{"name": "a"}, {"name": "b", "set": {"layer2": conv}}]
    with pytest.raises(ScenarioError, match=r"\n  b: layer2: conv2d: needs an input .* \(6,\)"):
        runs.plan(tables(conditions=conditions))


def test_faults_of_all_conditions_are_told_at_once():
    """One that is there before any condition is applied is told once."""
    conditions = [
        {"name": "a", "set": {"layer1.rate.eta": -1.0}},
        {"name": "b", "set": {"layer2.synapse.neurons": 0}},
        {"name": "c"},
    ]
    given = tables(conditions=conditions, epocs=3)
    with pytest.raises(ScenarioError) as caught:
        runs.plan(given)
    assert [p.path for p in caught.value.problems] == [
        "epocs",
        "a: layer1.rate.eta",
        "b: layer2.synapse.neurons",
    ]
    with pytest.raises(ScenarioError) as caught:
        runs.plan(given, conditions=["b"])
    assert [p.path for p in caught.value.problems] == ["epocs", "b: layer2.synapse.neurons"]


def test_a_fault_that_every_condition_mends_is_none():
    conditions = [{"name": name, "set": {"layer1.rate.eta": 0.5}} for name in "ab"]
    given = tables(conditions=conditions)
    given["layers"][0] = {**LAYER, "rate": {"eta": -1.0}}
    assert len(runs.plan(given).scenarios) == 2
    given["conditions"][1]["set"] = {}
    with pytest.raises(ScenarioError, match=r"1 problem\n  layer1.rate.eta"):
        runs.plan(given)


def test_a_draft_can_have_more_set(tmp_path):
    given = draft(tables(), ["layer1.rate.eta=0.5"])
    planned = runs.plan(given, sets=["layer2.rate.eta=0.25"])
    (scenario,) = planned.scenarios.values()
    assert [layer.rate[0].eta for layer in scenario.layers] == [0.5, 0.25]
    (untouched,) = runs.plan(given).scenarios.values()
    assert [layer.rate[0].eta for layer in untouched.layers] == [0.5, 0.1]


# Using what was learned


def test_features_of_new_stimuli(tmp_path):
    done = run(tmp_path / "out")
    x, y = normal(9, 8, dtype=torch.float32).numpy(), np.arange(9) % 3
    np.savez(tmp_path / "new.npz", x_train=x[:5], y_train=y[:5], x_test=x[5:], y_test=y[5:])
    found, labels = runs.features(done.path, tmp_path / "new.npz")
    assert_close(found, runs.load(done.path).features(x))
    assert labels.tolist() == y.tolist()
    found, _ = runs.features(done.path, str(tmp_path / "new.npz"), layer="layer1")
    assert_close(found, runs.load(done.path).features(x, "layer1"))
    np.savez(tmp_path / "bare.npz", x_train=x)
    assert runs.features(done.path, tmp_path / "bare.npz")[1] is None


def test_preprocessing_of_new_stimuli_was_fitted_on_the_run_s_own(tmp_path):
    done = run(tmp_path / "out", preprocessing="less_mean", seed=2)
    _, parts = runs.stimuli_of(draft(tables()).resolve(), 2)
    x = 100 + normal(9, 8, dtype=torch.float32)
    np.savez(tmp_path / "new.npz", x_train=x.numpy())
    found, _ = runs.features(done.path, tmp_path / "new.npz")
    assert_close(found, runs.load(done.path).features(x - parts.train.x.mean(0)))


def test_features_of_nothing_that_is_known(tmp_path):
    done = run(tmp_path / "out")
    with pytest.raises(ConfigurationError, match="neither a kind of stimuli nor a file"):
        runs.features(done.path, "no_such_thing")
    with pytest.raises(ConfigurationError, match=r"images of shape \(1, 16, 16\)"):
        runs.features(done.path, "oriented_bars")


def test_the_run_s_own_read_out_again(tmp_path):
    done = run(tmp_path / "out", readouts={"kind": "linear", "epochs": 2})
    assert runs.readout(done.path) == done.results["linear"]


def test_another_read_out(tmp_path):
    """Asked for afterwards, or when it ran: the same."""
    ridge = {"kind": "ridge", "alpha": 5.0, "layer": "layer1"}
    done = run(tmp_path / "out", readouts=["linear", ridge])
    part = {"kind": "ridge", "alpha": 5.0}
    assert runs.readout(done.path, part, layer="layer1") == done.results["ridge"]


def test_the_seed_of_a_read_out_is_that_of_its_numbers_alone(tmp_path):
    """Ridge draws none; the stimuli stay those of the run."""
    done = run(tmp_path / "out", readouts={"kind": "ridge"})
    assert runs.readout(done.path, seed=17) == done.results["ridge"]


def test_no_read_out_to_repeat(tmp_path):
    done = run(tmp_path / "out", readouts=[])
    with pytest.raises(ConfigurationError, match="has no read-out; name one"):
        runs.readout(done.path)


# The same bits again

AGAIN = """
import sys
from neuroplast import runs
source, out = sys.argv[1:]
for threads in (1, 2):
    runs.run(source, out=f"{out}/{threads}", threads=threads, device="cpu")
"""


def in_a_new_process(source, out):
    words = [sys.executable, "-c", AGAIN, str(source), str(out)]
    subprocess.run(words, check=True, capture_output=True)


IMAGES = {
    "title": "again",
    "seed": 4,
    "stimuli": {"kind": "oriented_bars", "side": 8, "train": 40, "test": 8},
    "layers": [
        {
            **{"use": "softhebb", "synapse": {"kind": "conv2d", "neurons": 8, "kernel": 3}},
            "pool": {"kind": "max", "size": 2, "stride": 2},
        },
        {"use": "softhebb", "synapse": {"kind": "conv2d", "neurons": 12, "kernel": 3}},
    ],
    "readouts": ["ridge"],
}


@pytest.mark.slow
def test_new_processes_give_the_same_bits_with_one_thread_and_with_two(tmp_path):
    """The second process starts from the scenario that the first one stored."""
    source, stored = tmp_path / "again.json", tmp_path / "stored.json"
    source.write_text(json.dumps(IMAGES))
    in_a_new_process(source, tmp_path / "one")
    with open_run(tmp_path / "one/1") as recording:
        stored.write_text(json.dumps(recording.scenario))
    in_a_new_process(stored, tmp_path / "other")
    for threads in (1, 2):
        one, other = (open_run(tmp_path / name / str(threads)) for name in ("one", "other"))
        assert one.provenance["cpu_threads"] == other.provenance["cpu_threads"] == threads
        assert one.provenance["run_id"] != other.provenance["run_id"]
        assert same(one.final_state(), other.final_state())
        assert not one.final_state()["layer1"]["w"].equal(one.snapshot(0)["layer1"]["w"])
        for name, samples in one.metrics["ridge"].items():
            assert samples.values.equal(other.metrics["ridge"][name].values)


def test_from_the_stored_scenario_the_same_bits(tmp_path):
    one = run(tmp_path / "one", conditions=CONDITIONS, condition="random", seed=6, epochs=2)
    with open_run(one.path) as recording:
        stored = recording.scenario
    other = runs.run(stored, out=tmp_path / "other", device="cpu")
    assert (other.seed, other.results) == (6, one.results)
    assert same(final(one.path), final(other.path))


@pytest.mark.parametrize(
    "changes",
    [
        {"readouts": ["ridge", {"kind": "linear", "epochs": 1, "at": ["start", "epoch 1"]}]},
        {"readouts": []},
        {"measures": [{"kind": "principal_component", "layer": "layer1", "at": "start"}]},
        {"layers": [LAYER, LAYER, {**LAYER, "synapse": {"kind": "dense", "neurons": 3}}]},
        {"layers": [{**LAYER, "constraints": []}, LAYER]},
        {"record": {"every": 1}},
        {"stimuli": {**STIMULI, "test": 90}},
    ],
    ids=["read-out", "no read-out", "measure", "layer", "constraint", "record", "test stimuli"],
)
def test_adding_a_part_shifts_no_other_s_numbers(tmp_path, changes):
    plain, added = run(tmp_path / "plain"), run(tmp_path / "added", **changes)
    one, other = final(plain.path), final(added.path)
    assert same(one, {name: other[name] for name in one})


def test_a_read_out_s_numbers_do_not_depend_on_others(tmp_path):
    mine = {"kind": "linear", "epochs": 2, "name": "mine"}
    alone = run(tmp_path / "alone", readouts=[mine])
    beside = run(tmp_path / "beside", readouts=["ridge", {"kind": "linear", "epochs": 1}, mine])
    assert alone.results["mine"] == beside.results["mine"]

"""A run that was stopped goes on to the same numbers, or says why it cannot."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import h5py
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuroplast import ConfigurationError, DataError, Rule, hookimpl, registry, resuming, runs
from neuroplast.computing import Computing
from neuroplast.errors import PluginError
from neuroplast.recording import folder as folders
from neuroplast.recording.folder import Segment
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import Header
from neuroplast.recording.writer import RunRecorder

FLAT = {"kind": "gaussian_clusters", "clusters": 3, "inputs": 8, "train": 40, "test": 20}
IMAGES = {"kind": "oriented_bars", "side": 8, "train": 40, "test": 20}
DENSE = {
    "synapse": {"kind": "dense", "neurons": 6},
    "rule": "oja",
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.05},
}
CONV = {
    "normalisation": "batch_norm",
    "synapse": {"kind": "conv2d", "neurons": 4, "kernel": 3},
    "rule": "softhebb",
    "scaling": "mean",
    "competition": "soft_wta",
    "population": "relu",
    "pool": {"kind": "max", "size": 2, "stride": 2},
    "rate": {"kind": "weight_norm", "eta": 0.1},
}
HISTORY = {
    **DENSE,
    "rule": "bcm",
    "competition": {"kind": "temporal"},
    "dynamics": [{"kind": "adaptive_threshold", "rate": 0.1, "target": 0.2}, "boost"],
    "step": {"kind": "momentum"},
    "constraints": ["unit_norm", {"kind": "revival", "after": 2}],
}
FACTOR = {
    **DENSE,
    "rule": "three_factor",
    "signals": {"reward": "reward"},
    "competition": {"kind": "k_winners", "k": 2},
    "constraints": ["unit_norm"],
}
FIVE = {"presentations": 40, "batch": 8}
RIDGE = [{"kind": "ridge"}]
CASES = {
    "dense": {"stimuli": FLAT, "layers": [DENSE], **FIVE},
    "conv": {"stimuli": IMAGES, "layers": [CONV, CONV], "preprocessing": "standardise", **FIVE},
    "history": {"stimuli": FLAT, "layers": [HISTORY], **FIVE},
    "three factors": {"stimuli": FLAT, "layers": [FACTOR], **FIVE},
    "greedy": {
        "stimuli": FLAT,
        "layers": [DENSE, DENSE],
        "order": "greedy",
        "batch": 10,
        "epochs": 2,
    },
    "phases": {
        "stimuli": FLAT,
        "layers": [DENSE, DENSE],
        "phases": [{"layers": ["layer1"], **FIVE}, {"order": "greedy", **FIVE}],
    },
    "gradient": {
        "stimuli": FLAT,
        "layers": [{"synapse": {"kind": "dense", "neurons": 6}, "population": "relu"}],
        "phases": [
            {
                "learning": "gradient",
                "gradient": {"dropout": 0.5, "eta": 0.01, "halve": True},
                **FIVE,
            }
        ],
    },
    "augmented": {
        "stimuli": IMAGES,
        "layers": [CONV],
        "preprocessing": [{"kind": "flip", "when": "train"}, {"kind": "crop", "when": "train"}],
        **FIVE,
    },
    "read-outs": {
        "stimuli": FLAT,
        "layers": [DENSE],
        "readouts": [{**RIDGE[0], "at": ["start", "every 2 steps", "end"]}],
        "validation": 0.25,
        **FIVE,
    },
}


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True, scope="module")
def known():
    registry.use(registry.load())
    yield
    registry.use(None)


@pytest.fixture
def kill(monkeypatch):
    """kill(n): commits come at every step, and the process ends after the n-th from now on; kill(): as usual."""

    def set_to(number=None):
        monkeypatch.undo()
        if number is None:
            return
        kept, commits = RunRecorder.commit, []

        def commit(self, step, state, wait=False):
            kept(self, step, state, wait=True)
            commits.append(step)
            if len(commits) == number:
                raise Killed

        def close(self, state, steps_done):
            self._thread.stop()  # no more is written; only the lock is left

        monkeypatch.setattr(RunRecorder, "is_due", True)
        monkeypatch.setattr(RunRecorder, "commit", commit)
        monkeypatch.setattr(RunRecorder, "close", close)
        monkeypatch.setattr(RunRecorder, "unlock", lambda self: None)

    return set_to


def tables(case="dense", **changes):
    return {**CASES[case], **changes}


def run(path, case="dense", **changes):
    return runs.run(tables(case, **changes), out=path, device="cpu", threads=1)


def dead(path):
    """Let the lock be that of a process that is gone."""
    held = json.loads((path / "lock").read_text())
    (path / "lock").write_text(json.dumps({**held, "begun": "1"}))


def stopped(kill, path, number=3, case="dense", **changes):
    """A run whose process ended after so many commits."""
    kill(number)
    with pytest.raises(Killed):
        run(path, case, **changes)
    dead(path)
    kill()
    return path


def resume(path, **options):
    """Go on; what was told."""
    told = []
    done = resuming.resume(path, tell=told.append, **options)
    return done, told


def digest(path):
    with h5py.File(path / "run.h5") as file:
        return bytes(file["provenance"].attrs["content_sha256"]).decode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The dense run without a stop."""
    path = tmp_path_factory.mktemp("whole") / "out"
    run(path)
    return path


# To the same numbers


@pytest.mark.parametrize("case", CASES)
def test_a_run_killed_twice_ends_as_one_that_was_not(tmp_path, kill, case):
    done = run(tmp_path / "whole", case)
    path = stopped(kill, tmp_path / "cut", 3, case)
    kill(3)
    with pytest.raises(Killed):
        resume(path)
    dead(path)
    kill()
    again, told = resume(path)
    assert told == [f"{path}: goes on after step 5 of {told[0].rpartition(' ')[2]}"]
    assert digest(path) == digest(tmp_path / "whole")
    assert again.results == done.results
    assert os.listdir(path) == ["run.h5"]
    with open_run(path) as recording:
        froms = [e["from_step"] for e in json.loads(recording.provenance["executions"])]
        assert froms == [0, 2, 5]
        assert (recording.state, recording.is_intact()) == ("complete", True)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(stops=st.lists(st.integers(1, 4), min_size=1, max_size=2))
def test_wherever_it_is_killed(tmp_path_factory, kill, whole, stops):
    path = tmp_path_factory.mktemp("cut") / "out"
    stopped(kill, path, stops[0])
    for number in stops[1:]:
        kill(number)
        with suppress(Killed):
            resume(path)
        dead(path)
        kill()
    resume(path)
    assert digest(path) == digest(whole)


def test_random_numbers_of_the_whole_process_go_on(tmp_path, kill):
    """No built-in part draws from them, but somebody's plugin may."""

    class Noisy(Rule):
        """Δ = Σ g x + noise of the whole process."""

        kind: ClassVar[str] = "noisy"
        uses: ClassVar[set] = {"pre", "post", "weight"}

        def delta(self, view):
            noise = torch.rand(()) + float(np.random.rand())  # noqa: NPY002
            return view.outer(view.g * noise)

    registry.current().add(SimpleNamespace(__name__="noisy", rules=hookimpl(lambda: [Noisy])))
    layers = [{**DENSE, "rule": "noisy", "constraints": ["unit_norm"]}]
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    run(tmp_path / "whole", layers=layers)
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    path = stopped(kill, tmp_path / "cut", 3, layers=layers)
    torch.manual_seed(2)
    np.random.seed(2)  # noqa: NPY002
    resume(path)
    assert digest(path) == digest(tmp_path / "whole")


# Where it goes on from


def test_before_the_first_commit_it_starts_over(tmp_path, kill, whole):
    path = stopped(kill, tmp_path / "cut", 1)
    for step in folders.checkpoints(path):
        (path / folders.checkpoint_name(step)).unlink()
    done, told = resume(path)
    assert told == [f"{path}: starts over, since it was stopped before its first commit"]
    assert digest(path) == digest(whole)
    assert done.path == path


def test_an_unreadable_checkpoint_is_told_and_the_one_before_is_used(tmp_path, kill, whole):
    path = stopped(kill, tmp_path / "cut", 5)
    assert folders.checkpoints(path) == [3, 4]
    newest = path / folders.checkpoint_name(4)
    newest.write_bytes(newest.read_bytes()[:3000])
    _, (said, goes_on) = resume(path)
    assert "ckpt-0000000004.h5: is damaged" in said
    assert "the state after step 4 is not used" in said
    assert goes_on.endswith("goes on after step 3 of 5")
    assert digest(path) == digest(whole)


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_segment_that_is_not_whole_is_told_and_an_earlier_commit_used(tmp_path, kill, whole, how):
    path = stopped(kill, tmp_path / "cut", 5)
    last = path / Segment(3, 4).name
    last.unlink() if how == "missing" else last.write_bytes(last.read_bytes()[:-500])
    _, (said, goes_on) = resume(path)
    assert Segment(3, 4).name in said
    assert how in said
    assert goes_on.endswith("goes on after step 3 of 5")
    assert digest(path) == digest(whole)


def test_without_any_commit_that_can_be_used_nothing_is_touched(tmp_path, kill):
    path = stopped(kill, tmp_path / "cut", 5)
    (path / Segment(1, 2).name).unlink()
    before = sorted(os.listdir(path))
    with pytest.raises(
        DataError, match=r"no checkpoint from which the run could go on.*left as it is"
    ):
        resume(path)
    for step in (3, 4):
        (path / folders.checkpoint_name(step)).unlink()
    with pytest.raises(DataError, match="no checkpoint from which the run could go on"):
        resume(path)
    now = sorted(os.listdir(path))
    assert [name for name in before if not name.startswith(("ckpt", "lock"))] == now


def test_a_run_that_failed_goes_on_when_the_cause_is_gone(tmp_path, monkeypatch, whole):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("neuroplast.recording.writer.consolidate", full)
        with pytest.raises(DataError, match=r"no room.*neuroplast resume"):
            run(tmp_path / "out")
    with open_run(tmp_path / "out") as recording:
        assert (recording.state, recording.steps_done) == ("failed", 5)
    resume(tmp_path / "out")
    assert digest(tmp_path / "out") == digest(whole)


def test_a_folder_that_was_renamed_or_copied_goes_on_as_well(tmp_path, kill, whole):
    path = stopped(kill, tmp_path / "cut")
    shutil.copytree(path, tmp_path / "copy")
    for moved in (path.rename(tmp_path / "renamed"), tmp_path / "copy"):
        done, _ = resume(moved)
        assert done.path == moved
        assert digest(moved) == digest(whole)


def test_a_copy_of_a_run_that_is_still_written_says_what_to_do(tmp_path, kill):
    path = stopped(kill, tmp_path / "cut")
    (path / "lock").unlink()
    RunRecorder(path).lock()
    with pytest.raises(
        DataError, match=r"is being written by process.*a copy.*remove the file 'lock'"
    ):
        resume(path)


def test_a_finished_run_says_so(tmp_path, whole):
    path = shutil.copytree(whole, tmp_path / "copy")
    (path / Segment(0, 0).name).touch()  # what a kill at the very end leaves
    (path / "lock").write_text("{}")
    before = digest(path)
    done, told = resume(path)
    assert told == [f"{path}: is complete; there is nothing to resume"]
    assert (done.seed, done.title, os.listdir(path)) == (0, "scenario", ["run.h5"])
    assert resume(path / "run.h5")[0].path == path
    assert digest(path) == before


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_what_is_no_run_is_told(tmp_path, name):
    with pytest.raises(DataError, match="holds no run that was stopped"):
        resume(tmp_path / name)


# What it would not go on to the same numbers with


def describe_as(path, change):
    """Let the folder say something else of its run."""
    said = folders.describe(path)
    change(said["header"])
    folders.write_description(path, said)


DIFFERENCES = {
    "cpu_threads": (lambda h: h["provenance"].update(cpu_threads=2), "cpu_threads: 1, was 2"),
    "plugin": (
        lambda h: h.update(parts=[p.replace("rule:oja==", "rule:oja==9") for p in h["parts"]]),
        r"part rule:oja==9.*: is gone; part rule:oja==.*: is new",
    ),
    "package": (lambda h: h.update(packages=[*h["packages"], "x==1"]), "package x==1: is gone"),
    "platform": (lambda h: h["provenance"].update(platform="Plan 9"), "platform: .*, was Plan 9"),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_what_decides_results_and_differs_is_refused_by_name(tmp_path, kill, what):
    change, told = DIFFERENCES[what]
    path = stopped(kill, tmp_path / "cut")
    describe_as(path, change)
    before = {name: (path / name).read_bytes() for name in os.listdir(path)}
    with pytest.raises(ConfigurationError, match=rf"same numbers.*{told}.*--force"):
        resume(path, threads=1)
    del before["lock"]
    assert {name: (path / name).read_bytes() for name in os.listdir(path)} == before


def test_force_goes_on_and_is_recorded(tmp_path, kill):
    path = stopped(kill, tmp_path / "cut")
    resume(path, threads=2, force=True)
    with open_run(path) as recording:
        first, second = json.loads(recording.provenance["executions"])
        assert (recording.state, recording.provenance["cpu_threads"]) == ("complete", 1)
    assert "forced" not in first
    assert second["forced"] == ["cpu_threads: 2, was 1"]
    assert (second["from_step"], second["cpu_threads"]) == (2, 2)


def test_another_precision_is_refused_and_that_it_had_is_taken(tmp_path, kill):
    path = stopped(kill, tmp_path / "cut")
    with pytest.raises(ConfigurationError, match="precision: bf16, was fp32"):
        resume(path, precision="bf16")
    describe_as(path, lambda h: h["provenance"].update(precision="bf16"))
    resume(path)
    with open_run(path) as recording:
        executions = json.loads(recording.provenance["executions"])
    assert [e["precision"] for e in executions] == ["fp32", "bf16"]
    assert not any("forced" in e for e in executions)


def test_threads_are_those_it_had(tmp_path, kill):
    path = stopped(kill, tmp_path / "cut")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        resume(path)
    finally:
        torch.set_num_threads(before)
    with open_run(path) as recording:
        assert [e["cpu_threads"] for e in json.loads(recording.provenance["executions"])] == [1, 1]


def test_other_data_are_refused_whatever_is_forced(tmp_path, kill):
    path = stopped(kill, tmp_path / "cut")
    describe_as(path, lambda header: header["data"].update(sha256="ab" * 32))
    with pytest.raises(DataError, match=r"gaussian_clusters: have sha256 .*bring back the data"):
        resume(path, force=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.clear(),
        lambda header: header.update(seed="one"),
        lambda header: header["provenance"].pop("cpu_threads"),
        lambda header: header["data"].clear(),
    ],
    ids=["empty", "seed", "threads", "data"],
)
def test_a_description_with_something_missing_is_told(tmp_path, kill, change):
    path = stopped(kill, tmp_path / "cut")
    describe_as(path, change)
    with pytest.raises(DataError, match=r"run\.json: does not describe a run that can go on"):
        resume(path)
    (path / "run.json").write_text("{")
    with pytest.raises(DataError, match=r"run\.json: cannot be read"):
        resume(path)


def test_a_header_comes_back_from_its_description(whole):
    planned = runs.plan(tables())
    prepared = resuming.prepared_run(
        "t", planned.scenarios[""], "", 0, whole, Computing(torch.device("cpu"), "fp32")
    )
    assert Header.from_plain(json.loads(json.dumps(prepared.header.plain()))) == prepared.header
    assert resuming.differences(prepared.header, prepared.header) == []


# Parts that misbehave


def test_memory_that_changes_its_shape_is_named_and_what_was_before_is_kept(tmp_path, monkeypatch):
    from neuroplast_plugins.rules.bcm import Bcm

    kept, calls = Bcm.delta, []

    def growing(self, view):
        calls.append(None)
        change = kept(self, view)
        if len(calls) == 3:
            view.memory.theta.resize_(9)
        return change

    monkeypatch.setattr(Bcm, "delta", growing)
    layers = [{**DENSE, "rule": "bcm"}]
    with pytest.raises(PluginError, match=r"layer1: state 'rule\.theta' has shape \(9,\).*\(6,\)"):
        run(tmp_path / "out", layers=layers, presentations=24)
    with open_run(tmp_path / "out") as recording:
        assert (recording.state, recording.steps_done) == ("failed", 3)
        assert recording.layers["layer1"].steps[-1] == 3
        assert "rule.theta" in recording.events[-1].message


# Real ends of processes


SCENARIO = """
presentations = 100000
batch = 1
record = { commit = 0.05, every = 100 }
stimuli = { kind = "gaussian", inputs = 3, train = 20 }

[[layers]]
synapse = { kind = "dense", neurons = 1 }
rule = "oja"
scaling = "mean"
rate = { kind = "constant", eta = 0.01 }
"""


def started(path, *words):
    """A run in a process of its own, after its second commit."""
    command = [sys.executable, "-m", "neuroplast", *map(str, words), "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and len(folders.checkpoints(path) if path.is_dir() else []) < 2:
        pass
    return process


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_signals_stop_a_run_with_a_commit_and_a_kill_leaves_one(tmp_path):
    (tmp_path / "mine.toml").write_text(SCENARIO)
    path = tmp_path / "out"
    words = ("run", tmp_path / "mine.toml", "--out", path, "--threads", "1", "--device", "cpu")
    reached = [0]
    for number, code in (
        (signal.SIGTERM, 130),
        (signal.SIGKILL, -signal.SIGKILL),
        (signal.SIGINT, 130),
    ):
        process = started(path, *words)
        process.send_signal(number)
        _, said = process.communicate(timeout=120)
        assert process.returncode == code, said
        if code == 130:
            assert f"neuroplast resume {path}" in said
            assert folders.describe(path)["state"] == "interrupted"
            assert folders.describe(path)["steps_done"] == folders.checkpoints(path)[-1]
        with open_run(path) as recording:
            assert recording.state == "interrupted"
        assert folders.checkpoints(path)[-1] > reached[-1]
        reached.append(folders.checkpoints(path)[-1])
        words = ("resume", path)
        for step in folders.checkpoints(path)[:-1]:
            (path / folders.checkpoint_name(step)).unlink()  # so that new ones are waited for
    assert Path(path / "run.json").is_file()

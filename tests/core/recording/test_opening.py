"""Runs that have not ended: what of them can be read, and what is told where something is missing."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
import torch
import xarray
from support.pages import ROOT
from support.recordings import begin, record, sample, state

from neuroplast.errors import DataError
from neuroplast.recording import folder as folders
from neuroplast.recording import opening
from neuroplast.recording.folder import Segment
from neuroplast.recording.lock import Lock
from neuroplast.recording.reader import find_runs, open_run

SEGMENTS = [Segment(0, 3), Segment(3, 5), Segment(5, 8), Segment(8, 10)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The same run, stopped in segments and complete."""
    root = tmp_path_factory.mktemp("opening")
    record(root / "stopped", commits=(3, 5, 8), closed="interrupted")
    record(root / "done", commits=(3, 5, 8))
    return root


@pytest.fixture
def stopped(recorded, tmp_path):
    return shutil.copytree(recorded / "stopped", tmp_path / "run")


def describe(folder, **changes):
    file = folder / folders.DESCRIPTION
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


# What is read


def test_a_stopped_run_is_read_as_one(stopped):
    with open_run(stopped) as run:
        assert (run.path, run.state, run.steps_done, run.steps_total) == (
            stopped,
            "interrupted",
            10,
            10,
        )
        assert list(run.segments) == SEGMENTS
        assert run.damage == ""
        assert run.provenance["content_sha256"] == ""
        assert run.layers["conv"].steps == tuple(range(1, 11))
        steps, values = run.layers["conv"].series["win_count"]
        assert steps.tolist() == list(range(1, 11))
        assert values.tolist() == [[step, 0, 1, 2] for step in range(1, 11)]
        late = run.layers["conv"].series["late"].values
        assert late[:5].isnan().all()
        assert late[5:].tolist() == [-6, -7, -8, -9, -10]
        assert run.metrics["linear/test"]["accuracy"].values.tolist() == [50, 100]
        assert run.metrics["linear/test"]["loss"].values[1] == 0.25
        assert [event.message for event in run.events] == ["phase1: conv, both"]
        assert run.snapshot_steps == (0, 10)
        for step in (0, 10):
            assert torch.equal(run.snapshot(step)["conv"]["w"], state(step)["conv"]["w"])
        assert run.bytes == sum((stopped / s.name).stat().st_size for s in SEGMENTS)
        assert run.is_intact()


def test_segments_and_the_file_that_they_become_give_the_same(recorded):
    with open_run(recorded / "stopped") as pieces, open_run(recorded / "done") as whole:
        xarray.testing.assert_identical(pieces.tree.load(), whole.tree.load())
        for layer, found in whole.layers.items():
            assert list(found.series) == list(pieces.layers[layer].series)
            assert found.snapshot_steps == pieces.layers[layer].snapshot_steps
        assert pieces.events == whole.events
        assert pieces.scenario == whole.scenario


def test_a_row_that_two_segments_share_is_one(tmp_path):
    recorder = begin(tmp_path)
    values = sample(1)
    recorder.series(
        "conv", 1, {"corrected": values["corrected"], "dead_share": values["dead_share"]}
    )
    recorder.metrics("linear", 1, {"accuracy": 1.0})
    recorder.commit(1, {})
    recorder.series("conv", 1, {"w_norm": values["w_norm"]})
    recorder.metrics("linear", 1, {"loss": 2.0})
    recorder.close("failed", 1)
    with open_run(tmp_path) as run:
        assert run.state == "failed"
        assert len(run.segments) == 2
        assert {
            name: samples.values.tolist() for name, samples in run.metrics["linear"].items()
        } == {
            "accuracy": [1.0],
            "loss": [2.0],
        }
        series = run.layers["conv"].series
        assert (series["corrected"].values.tolist(), series["w_norm"].values.tolist()) == (
            [1],
            [[1, 2, 3, 4]],
        )


@pytest.mark.parametrize(
    ("said", "state"),
    [("running", "interrupted"), ("interrupted", "interrupted"), ("failed", "failed")],
)
def test_the_state_is_what_the_description_says_unless_a_writer_lives(stopped, said, state):
    describe(stopped, state=said)
    assert open_run(stopped).state == state
    lock = Lock(stopped)
    lock.take()
    assert open_run(stopped).state == "running"
    lock.release()


def test_a_run_that_has_committed_nothing_is_known_by_its_header(tmp_path):
    recorder = begin(tmp_path)
    with open_run(tmp_path) as run:
        assert (run.state, run.steps_done, run.title) == ("running", 0, "a small run")
        assert run.layers["conv"].steps == run.snapshot_steps == ()
        assert run.layers["conv"].weight_shapes == {"w": (4, 2, 3, 3)}
    recorder.close("interrupted", 0)
    assert open_run(tmp_path).state == "interrupted"


def test_runs_in_segments_are_found(recorded):
    assert find_runs(recorded) == [recorded / "done", recorded / "stopped"]


def test_one_segment_can_be_opened_alone(stopped):
    with open_run(stopped / SEGMENTS[1].name) as run:
        assert (run.state, run.steps_done, run.layers["conv"].steps) == ("running", 5, (4, 5))


# What is missing or damaged


@pytest.mark.parametrize(
    ("gone", "told", "before"),
    [(0, "0 to 3", ()), (1, "3 to 5", (1, 2, 3)), (2, "5 to 8", (1, 2, 3, 4, 5))],
)
def test_a_missing_segment_is_named(stopped, gone, told, before):
    (stopped / SEGMENTS[gone].name).unlink()
    with pytest.raises(DataError, match=rf"the segment from step {told} is missing; copy it again"):
        open_run(stopped)
    if before:
        with open_run(stopped, partial=True) as run:
            assert run.layers["conv"].steps == before
            assert run.steps_done == before[-1]
            assert f"step {told}" in run.damage
    else:
        with pytest.raises(DataError, match="nothing in it can be read"):
            open_run(stopped, partial=True)


def test_segments_that_a_checkpoint_tells_of_are_missed(stopped):
    for segment in SEGMENTS[2:]:
        (stopped / segment.name).unlink()
    with pytest.raises(
        DataError, match="segments after step 5 are missing, since a checkpoint is at step 8"
    ):
        open_run(stopped)
    assert open_run(stopped, partial=True).steps_done == 5


def test_a_segment_that_overlaps_is_told(stopped):
    shutil.copy(stopped / SEGMENTS[2].name, stopped / Segment(4, 8).name)
    with pytest.raises(DataError, match=r"seg-0000000004-0000000008\.h5 begins before step 5"):
        open_run(stopped)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_segment_cut_short_is_named_and_what_came_before_it_is_given(stopped, share):
    file = stopped / SEGMENTS[3].name
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DataError, match=rf"{file.name}: .*steps 8 to 10.*partial=True"):
        open_run(stopped)
    with open_run(stopped, partial=True) as run:
        assert run.steps_done == 8
        assert run.layers["conv"].steps == tuple(range(1, 9))
        assert file.name in run.damage


def test_a_segment_under_another_name_is_told(stopped):
    (stopped / SEGMENTS[3].name).rename(stopped / Segment(8, 12).name)
    with pytest.raises(DataError, match="goes from step 8 to 10, so it was renamed"):
        open_run(stopped)


def test_a_description_that_cannot_be_read_is_told(stopped):
    (stopped / folders.DESCRIPTION).write_text("{")
    with pytest.raises(DataError, match=r"run\.json: cannot be read"):
        open_run(stopped)
    assert open_run(stopped, partial=True).state == "interrupted"
    (stopped / folders.DESCRIPTION).unlink()
    assert open_run(stopped).layers["conv"].steps == tuple(range(1, 11))


# Folders that change


def test_an_open_run_can_be_read_when_its_files_are_gone(stopped):
    with open_run(stopped) as run:
        shutil.rmtree(stopped)
        assert run.layers["conv"].series["corrected"].values.tolist() == list(range(1, 11))
        assert torch.equal(run.final_state()["conv"]["w"], state(10)["conv"]["w"])


def between(monkeypatch, happens):
    """Let something happen once, after the names were listed and before the files are opened."""
    listed, done = opening._chain, []

    def chain(path, known):
        found = listed(path, known)
        if not done:
            done.append(happens())
        return found

    monkeypatch.setattr(opening, "_chain", chain)


def test_a_run_that_ends_meanwhile_is_read_from_its_file(recorded, stopped, monkeypatch):
    def end():
        shutil.copy(recorded / "done" / "run.h5", stopped)
        for segment in SEGMENTS:
            (stopped / segment.name).unlink()
        (stopped / folders.DESCRIPTION).unlink()

    between(monkeypatch, end)
    with open_run(stopped) as run:
        assert (run.state, run.path) == ("complete", stopped / "run.h5")


def test_a_run_that_goes_back_meanwhile_is_read_as_far_as_it_went(stopped, monkeypatch):
    between(
        monkeypatch,
        lambda: [(stopped / s.name).unlink() for s in SEGMENTS[2:]] and remove_checkpoints(stopped),
    )
    assert open_run(stopped).steps_done == 5


def remove_checkpoints(folder):
    for file in folder.glob("ckpt-*"):
        file.unlink()


def test_a_segment_that_is_replaced_while_others_are_opened_is_opened_again(
    recorded, stopped, monkeypatch
):
    opened, calls = opening._segment, []

    def replace(path, segment, verify):
        calls.append(segment)
        if len(calls) == 3:  # a rollback, and a new segment of the same name
            shutil.copy(recorded / "stopped" / SEGMENTS[0].name, stopped / "new")
            os.replace(stopped / "new", stopped / SEGMENTS[0].name)
        return opened(path, segment, verify)

    monkeypatch.setattr(opening, "_segment", replace)
    assert open_run(stopped).steps_done == 10
    assert calls == SEGMENTS * 2


def test_a_gap_in_a_list_that_changes_is_looked_at_again(stopped, monkeypatch):
    """As where a folder is listed while names come and go."""
    (stopped / SEGMENTS[1].name).rename(stopped / "aside")
    lock = Lock(stopped)
    lock.take()
    monkeypatch.setattr(opening, "TRIES", 3)
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            (stopped / "aside").rename(stopped / SEGMENTS[1].name)

    monkeypatch.setattr(time, "sleep", wait)
    assert open_run(stopped).steps_done == 10
    (stopped / SEGMENTS[1].name).unlink()
    with pytest.raises(DataError, match="is missing"):
        open_run(stopped)
    lock.release()


WRITING = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from support.recordings import begin, sample
recorder = begin(Path(sys.argv[2]))
print("begun", flush=True)
for step in range(1, 41):
    recorder.series("conv", step, sample(step))
    recorder.commit(step, {}, wait=True)
recorder.close("complete", 40)
"""


@pytest.mark.slow
def test_a_reader_that_polls_sees_only_beginnings_of_what_is_recorded(tmp_path):
    """While another process commits, and makes one file of all segments at the end."""
    run = tmp_path / "run"
    command = [sys.executable, "-c", WRITING, str(ROOT / "tests"), str(run)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    seen = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as writer:
        assert writer.stdout.readline() == b"begun\n"
        while not seen or seen[-1][0] != "complete":
            assert writer.poll() in (None, 0)
            with open_run(run) as opened:
                found = opened.layers["conv"].series
                values = found["corrected"].values.tolist() if "corrected" in found else []
                assert values == list(range(1, opened.steps_done + 1))
                seen.append((opened.state, opened.steps_done))
    assert seen[-1] == ("complete", 40)
    assert [steps for _, steps in seen] == sorted(steps for _, steps in seen)
    assert {state for state, _ in seen[:-1]} <= {"running"}

"""`inspect --follow`: a run is followed from another process while it is written, resumed, or ends."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from support.recordings import begin, record, sample

from neuroplast.cli import following
from neuroplast.recording.folder import Segment
from neuroplast.recording.reader import open_run


def test_a_stopped_run_is_told_and_ends(tmp_path, cli):
    run = record(tmp_path / "run", commits=(3,), closed="interrupted")
    answer = cli("inspect", run, "--follow")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "step 0  phase: phase1: conv, both"
    assert lines[1].startswith("step 1  conv: corrected 1  dead_share 1  w_norm 2.5 (1 to 4)")
    assert "step 3 of 10 is committed" in lines
    assert lines[-1] == "the run is interrupted"


def test_what_is_no_run_cannot_be_followed(tmp_path, cli):
    answer = cli("inspect", tmp_path, "--follow")
    assert answer.code == 1
    assert "holds no run that can be followed" in answer.err


def test_a_live_run_is_followed_from_another_process_until_it_ends(tmp_path):
    """Each sample is told once, before the run ends, although its segments become one file in the end."""
    run = tmp_path / "run"
    recorder = begin(run)
    recorder.commit(0, {}, wait=True)
    command = [sys.executable, "-m", "neuroplast", "inspect", str(run), "--follow", "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as follower:
        seen = []
        for step in range(1, 4):
            recorder.series("conv", step, sample(step))
            recorder.commit(step, {}, wait=True)
            while not (seen and seen[-1] == {"kind": "commit", "step": step, "steps_total": 10}):
                seen.append(json.loads(follower.stdout.readline()))
        recorder.series("conv", 4, sample(4))
        recorder.event(4, "note", "the last")
        recorder.close("complete", 4)
        seen += [json.loads(line) for line in follower.stdout]
    assert follower.returncode == 0
    assert [news["step"] for news in seen if news["kind"] == "samples"] == [1, 2, 3, 4]
    assert [news["message"] for news in seen if news["kind"] == "event"] == ["the last"]
    assert seen[-1] == {"kind": "end", "state": "complete"}
    assert [path.name for path in run.iterdir()] == ["run.h5"]


def test_a_run_that_goes_back_is_told(tmp_path, monkeypatch, capsys):
    run = record(tmp_path / "run", commits=(3, 5), closed="interrupted")
    states = iter(["running", "running", "interrupted"])
    monkeypatch.setattr(following, "_state", lambda folder: next(states))
    gone = [Segment(3, 5).name, Segment(5, 10).name]

    def wait(seconds):
        for name in gone:
            if (run / name).exists():
                shutil.move(run / name, tmp_path / name)
            else:
                shutil.move(tmp_path / name, run / name)

    monkeypatch.setattr(time, "sleep", wait)
    following.print_news(run, as_json=True)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    back = told.index({"kind": "went back", "step": 3})
    steps = [
        [n["step"] for n in part if n["kind"] == "samples" and n["layer"] == "conv"]
        for part in (told[:back], told[back:])
    ]
    assert steps == [list(range(1, 11)), list(range(4, 11))]


LOCKS = "/proc/locks"


@pytest.mark.skipif(not os.path.exists(LOCKS), reason="the system does not list locks")
def test_reading_a_run_holds_nobody_up(tmp_path):
    """Others may write to the folder, and even take the files away, while it is open."""
    run = record(tmp_path / "run", commits=(3,), closed="interrupted")
    with open_run(run) as opened:
        with open(LOCKS) as file:
            mine = [line for line in file if f" {os.getpid()} " in line and "WRITE" in line]
        assert mine == []
        for path in run.glob("seg-*"):
            path.unlink()
        assert opened.layers["conv"].series["corrected"].values.tolist() == list(range(1, 11))

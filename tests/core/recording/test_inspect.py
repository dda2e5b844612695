"""What `inspect` tells of a run, as data and on screen."""

import json
import shutil

import h5py
import numpy as np
import pytest
from support.recordings import begin, record

from neuroplast.cli import main
from neuroplast.recording.inspect import summary
from neuroplast.recording.reader import open_run


@pytest.fixture
def run(tmp_path):
    return record(tmp_path / "set" / "run-seed7")


def test_summary_of_a_run(run):
    found = json.loads(json.dumps(summary(open_run(run)), allow_nan=False))
    assert found["state"] == "complete"
    assert (found["title"], found["condition"], found["seed"]) == ("a small run", "random", 7)
    assert (found["steps_done"], found["steps_total"]) == (10, 10)
    assert found["bytes"] == (run / "run.h5").stat().st_size
    conv, both, join = found["layers"]
    assert (conv["name"], conv["neurons"], conv["samples"], conv["snapshots"]) == ("conv", 4, 10, 2)
    assert conv["weight_shapes"] == {"w": [4, 2, 3, 3]}
    assert conv["attributes"] == {"rule": "oja", "competition": "k_wta"}
    assert both["weight_shapes"] == {"near.w": [3, 4], "far.w": [3, 5]}
    assert (both["samples"], both["series"]) == (2, ["near.norm"])
    assert (join["weight_shapes"], join["samples"]) == ({}, 0)
    assert found["snapshot_steps"] == [0, 10]
    assert found["metrics"] == {"linear/test": {"accuracy": 100.0, "loss": 0.25}}
    assert found["events"][0] == {"step": 0, "kind": "phase", "message": "phase1: conv, both"}


def test_a_metric_that_is_not_finite_is_none(tmp_path):
    recorder = begin(tmp_path)
    recorder.metrics("linear", 1, {"loss": 1.0, "accuracy": 2.0})
    recorder.metrics("linear", 2, {"loss": float("inf"), "accuracy": 3.0})
    recorder.close("complete", 2)
    assert summary(open_run(tmp_path))["metrics"] == {"linear": {"loss": None, "accuracy": 3.0}}


def test_a_run_on_screen(run, capsys):
    assert main(["inspect", str(run)]) == 0
    text = capsys.readouterr().out
    for word in ("complete, 10 of 10 steps", "a small run", "random", "4x2x3x3", "near.w 3x4"):
        assert word in text
    assert ["linear/test.accuracy", "100"] in [line.split() for line in text.splitlines()]


def test_a_run_as_json(run, capsys):
    assert main(["inspect", str(run / "run.h5"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layers"][0]["name"] == "conv"


def test_a_folder_of_runs_is_a_line_each_and_damaged_ones_are_told(run, capsys):
    other = run.with_name("run-seed10")
    shutil.copytree(run, other)
    assert main(["inspect", str(run.parent)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["run", str(run), str(other)]
    assert "linear/test.accuracy 100" in lines[1]

    (other / "run.h5").write_bytes((other / "run.h5").read_bytes()[:5000])
    assert main(["inspect", str(run.parent)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(str(run))
    assert "damaged" in lines[2]
    assert main(["inspect", str(run.parent), "--json"]) == 1
    whole, damaged = json.loads(capsys.readouterr().out)
    assert (whole["seed"], set(damaged)) == (7, {"path", "error"})


def test_what_cannot_be_inspected_is_told(tmp_path, capsys):
    assert main(["inspect", str(tmp_path)]) == 1
    out = capsys.readouterr()
    assert "holds no run.h5" in out.err
    assert out.out == ""


def test_a_run_that_never_ended_says_so(run, capsys):
    with h5py.File(run / "run.h5", "r+") as file:
        file.attrs["state"] = np.bytes_(b"running")
    assert main(["inspect", str(run)]) == 0
    assert "running, or killed, 10 of 10" in capsys.readouterr().out


def test_names_from_a_file_cannot_command_the_terminal(tmp_path, capsys):
    recorder = begin(tmp_path / "set" / "run", title="\x1b[2J gone", condition="\x1b]0;")
    recorder.event(0, "\x1b[1m", "\x1b[31m red")
    recorder.metrics("\x1b[5m", 0, {"\x07": 1.0})
    recorder.close("complete", 0)
    assert main(["inspect", str(tmp_path / "set" / "run")]) == 0
    assert main(["inspect", str(tmp_path / "set")]) == 0
    text = capsys.readouterr().out
    assert "[2J gone" in text
    assert not set("\x1b\x07") & set(text)

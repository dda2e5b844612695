"""`resume`: going on with what was stopped, from the command line."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from support.tasks import wait_for

from neuroplast.recording import folder as folders
from neuroplast.recording.reader import open_run

FINGER = """
from neuroplast import hookimpl

pressed = []

@hookimpl
def layer_finished(run):
    if not pressed:
        pressed.append(run)
        raise KeyboardInterrupt
"""


@pytest.fixture
def stopped(cli, scenario, plugin, tmp_path):
    """stopped(): the folder of a run, or set, that was stopped at once, before its second commit."""

    def stop(*words):
        plugin("finger", FINGER)
        assert cli("run", scenario(), *words, "--threads", "1", "--out", "here").code == 130
        return tmp_path / "here"

    return stop


def test_a_run_that_was_stopped_goes_on(cli, scenario, stopped):
    path = stopped("--seed", "3")
    answer = cli("resume", "here")
    assert answer.code == 0, answer.err
    assert "here: goes on after step 0 of 4" in answer.out + answer.err
    assert "written: here/run.h5" in answer.out
    assert os.listdir(path) == ["run.h5"]
    assert "principal_component cosine" in answer.out
    cli("run", scenario(), "--seed", "3", "--threads", "1", "--out", "whole")
    with open_run(path) as one, open_run(path.with_name("whole")) as other:
        assert one.provenance["content_sha256"] == other.provenance["content_sha256"]


def test_json_is_all_that_is_printed(cli, stopped):
    stopped("--seed", "3")
    (run,) = json.loads(cli("resume", "here", "--json").out)
    assert (run["title"], run["seed"], run["file"]) == ("mine", 3, "here/run.h5")
    assert set(run["results"]) == {"principal_component"}
    assert json.loads(cli("resume", "here", "--json").out) == [run]  # it is complete by now


def test_a_set_that_was_stopped_is_completed(cli, stopped):
    path = stopped("--seeds", "3")
    answer = cli("resume", "here")
    assert answer.code == 0, answer.err
    assert [f"written: here/run-seed{n}/run.h5" in answer.out for n in (0, 1, 2)] == [True] * 3
    assert len(json.loads((path / "results.json").read_text())["runs"]) == 3


HELD = """
import time
from pathlib import Path
from neuroplast import hookimpl

@hookimpl
def run_started(run):
    Path(f"begun {run.seed}").touch()
    while not Path("go on").exists():
        time.sleep(0.02)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_stops_all_that_run_at_once_and_the_set_goes_on(cli, scenario, tmp_path):
    """A terminal sends it to the whole group of processes. The third run does not begin."""
    (tmp_path / "held.py").write_text(HELD)
    words = (scenario(), "--seeds", "3", "--threads", "1", "--plugin", "held.py")
    command = [sys.executable, "-m", "neuroplast", "run", *words, "--jobs", "2", "--out", "here"]
    program = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for(lambda: len(list(tmp_path.glob("begun *"))) == 2)
    os.killpg(program.pid, signal.SIGINT)
    time.sleep(3)  # in which all hear of it
    (tmp_path / "go on").touch()
    said = program.communicate(timeout=60)[1]
    assert program.returncode == 130, said
    told = "what was committed is kept; go on with: neuroplast resume here"
    assert said == f"interrupted; {told}\n"
    states = [folders.describe(tmp_path / f"here/run-seed{n}")["state"] for n in (0, 1)]
    assert states == ["interrupted"] * 2
    assert not (tmp_path / "here/run-seed2").exists()
    answer = cli("resume", "here", "--jobs", "2", "--plugin", "held.py")
    assert answer.code == 0, answer.err
    assert cli("run", *words, "--out", "whole").code == 0
    for n in range(3):
        with (
            open_run(tmp_path / f"here/run-seed{n}") as one,
            open_run(tmp_path / f"whole/run-seed{n}") as other,
        ):
            assert one.provenance["content_sha256"] == other.provenance["content_sha256"]


def test_what_differs_is_wrong_usage_unless_it_is_forced(cli, stopped):
    path = stopped("--seed", "3")
    answer = cli("resume", "here", "--threads", "2")
    assert (answer.code, answer.out) == (2, "")
    assert "cpu_threads: 2, was 1" in answer.err
    assert "--force" in answer.err
    assert folders.describe(path)["state"] == "interrupted"
    assert cli("resume", "here", "--threads", "2", "--force").code == 0


def test_what_cannot_go_on_is_told(cli, tmp_path):
    answer = cli("resume", "nowhere")
    assert (answer.code, answer.out) == (1, "")
    assert "nowhere: holds no run that was stopped; name a run folder" in answer.err
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "set.json").write_text("{")
    answer = cli("resume", "set")
    assert answer.code == 1
    assert "resume the runs one by one" in answer.err

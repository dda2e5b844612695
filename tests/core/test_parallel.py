"""Several tasks at once, each in a process of its own."""

import logging
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from support import tasks

from neuroplast import ConfigurationError, LearningError, discovery, hookimpl, registry
from neuroplast.interruption import Interrupted
from neuroplast.parallel import ended
from neuroplast.worker import RemoteError

pytestmark = pytest.mark.slow


def unheard(line):
    raise AssertionError(line)


def done(them, jobs, listeners=(), tell=unheard):
    return dict(ended(them, jobs, listeners, tell))


class Ear:
    """Hears all events, and notes them by run."""

    def __init__(self):
        self.heard = {}

    def note(self, run, *what):
        self.heard.setdefault(run.seed, []).append(what)

    @hookimpl
    def run_started(self, run):
        self.note(run, "run_started")

    @hookimpl
    def interval(self, run, report):
        self.note(run, "interval", report.stage, report.done, report.total)

    @hookimpl
    def layer_finished(self, run, layer):
        self.note(run, "layer_finished", layer)

    @hookimpl
    def checkpoint(self, run, step):
        self.note(run, "checkpoint", step)

    @hookimpl
    def run_finished(self, run, results):
        self.note(run, "run_finished", results)

    @hookimpl
    def run_failed(self, run, error):
        self.note(run, "run_failed", str(error))
        error.add_note(f"heard of {run.seed}")


def events(n):
    return [
        ("run_started",),
        ("interval", "learn", 1, 2),
        ("layer_finished", "layer1"),
        ("checkpoint", 2),
        ("run_finished", {"ridge": {"accuracy": float(n)}}),
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_tasks_give_and_tell_reaches_whoever_asked(jobs, caplog):
    ear, told = Ear(), []
    caplog.set_level(logging.INFO, "neuroplast")
    found = done([partial(tasks.square, n) for n in range(4)], jobs, [ear], told.append)
    assert {n: square for n, (_, square) in found.items()} == {0: 0, 1: 1, 2: 4, 3: 9}
    processes = {process for process, _ in found.values()}
    assert processes == {os.getpid()} if jobs == 1 else os.getpid() not in processes
    assert len(processes) <= jobs
    assert ear.heard == {n: events(n) for n in range(4)}
    assert sorted(told) == [f"did {n}" for n in range(4)]
    assert sorted(record.getMessage() for record in caplog.records) == [
        f"logged {n}" for n in range(4)
    ]


def test_they_are_done_at_once(tmp_path):
    them = [partial(tasks.meet, tmp_path, n, (0, 1)) for n in (0, 1)]
    assert done(them, 2) == {0: 0, 1: 1}


def test_one_task_is_done_here():
    ((process, square),) = done([partial(tasks.square, 3)], 5, tell=lambda line: None).values()
    assert (process, square) == (os.getpid(), 9)


def test_after_an_error_what_is_under_way_ends_and_nothing_begins(tmp_path):
    ear = Ear()
    them = [
        partial(tasks.fail, tmp_path),
        partial(tasks.end_after, tmp_path),
        partial(tasks.meet, tmp_path, "later", ()),
    ]
    with pytest.raises(RemoteError) as caught:
        done(them, 2, [ear])
    assert (tmp_path / "ended").exists()
    assert not (tmp_path / "later").exists()
    message = "layer1: change not finite at step 3; lower the rate"
    assert str(caught.value) == message
    assert caught.value.exit_code == LearningError.exit_code
    assert "in fail\n" in str(caught.value.__cause__)
    assert ear.heard == {0: [("run_started",), ("run_failed", message)]}
    assert caught.value.__notes__ == ["heard of 0"]


def test_all_that_went_wrong_is_told(tmp_path):
    with pytest.raises(RemoteError) as caught:
        done([tasks.fail_by_a_part, tasks.fail_unexpectedly], 2)
    assert sorted(str(caught.value).splitlines()) == [
        "internal error: ZeroDivisionError: division by zero; run again with --debug to see where",
        "internal error: rule 'growth': gave None",
    ]


HOOK = """
from neuroplast import hookimpl

@hookimpl
def layer_finished(run):
    raise ValueError("no")
"""


def test_a_hook_that_fails_in_each_process_is_told_once(tmp_path, capsys):
    (tmp_path / "hook.py").write_text(HOOK)
    registry.use(None)
    discovery.choose([tmp_path / "hook.py"])
    try:
        done([partial(tasks.square, n) for n in range(4)], 2, tell=lambda line: None)
    finally:
        discovery.choose()
        registry.use(None)
    told = "plugin hook: its hook layer_finished raised ValueError: no"
    assert capsys.readouterr().err.count(told) == 1


def test_a_process_that_vanishes_is_told():
    with pytest.raises(RemoteError) as caught:
        done([tasks.vanish, tasks.vanish], 2)
    line = "mine, seed 7: its process ended with exit code 9 and said nothing here, as one does"
    assert str(caught.value).count(line) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_what_is_asked_of_this_process_is_asked_of_all(tmp_path):
    def ask():
        tasks.wait_for(lambda: len(list(tmp_path.glob("begun *"))) == 2)
        os.kill(os.getpid(), signal.SIGUSR1)
        tasks.wait_for(lambda: len(list(tmp_path.glob("committed *"))) == 2)
        os.kill(os.getpid(), signal.SIGTERM)

    ear, asking = Ear(), Thread(target=ask)
    asking.start()
    with pytest.raises(Interrupted, match="SIGTERM") as caught:
        done([partial(tasks.until_stopped, tmp_path, n) for n in range(3)], 2, [ear])
    asking.join()
    assert sorted(p.name for p in tmp_path.glob("stopped *")) == ["stopped 0", "stopped 1"]
    assert ear.heard == {n: [("run_started",), ("run_failed", "SIGTERM")] for n in (0, 1)}
    assert sorted(caught.value.__notes__) == ["heard of 0", "heard of 1"]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_what_went_wrong_is_told_of_those_that_were_stopped_too(tmp_path):
    def ask():
        tasks.wait_for((tmp_path / "failed").exists)
        tasks.wait_for(lambda: len(list(tmp_path.glob("begun *"))) == 1)
        os.kill(os.getpid(), signal.SIGTERM)

    asking = Thread(target=ask)
    asking.start()
    with pytest.raises(Interrupted) as caught:
        done([partial(tasks.fail, tmp_path), partial(tasks.until_stopped, tmp_path, 1)], 2, [Ear()])
    asking.join()
    message = "layer1: change not finite at step 3; lower the rate"
    assert caught.value.__notes__ == [message, "heard of 0", "heard of 1"]


PROGRAM = """
import sys
from functools import partial
from pathlib import Path
if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    from support import tasks
    from neuroplast.parallel import ended
    dict(ended([partial(tasks.until_stopped, Path(sys.argv[2]), n) for n in (0, 1)], 2, [], print))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_processes_stop_with_the_one_that_started_them(tmp_path):
    script, tests = tmp_path / "program.py", Path(__file__).parent.parent
    script.write_text(PROGRAM)
    program = subprocess.Popen([sys.executable, script, tests, tmp_path])
    tasks.wait_for(lambda: len(list(tmp_path.glob("begun *"))) == 2)
    program.kill()
    program.wait()
    tasks.wait_for(lambda: len(list(tmp_path.glob("stopped *"))) == 2)


def test_a_script_without_a_guard_is_told_what_it_lacks(tmp_path):
    script, tests = tmp_path / "program.py", Path(__file__).parent.parent
    script.write_text(PROGRAM.replace('if __name__ == "__main__":', "if True:"))
    command = [sys.executable, script, tests, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'must begin them under if __name__ == "__main__":' in done.stderr


def test_a_plugin_that_only_this_process_has_is_missed():
    class Added:
        @hookimpl
        def rules(self):
            return []

        @hookimpl
        def scenarios(self):
            return [__file__]

    known = registry.load()
    known.add(Added(), "added here")
    registry.use(known)
    try:
        with pytest.raises(
            RemoteError, match=r"plugin added here .* was added in one process"
        ) as c:
            done([partial(tasks.square, n) for n in (0, 1)], 2)
        assert c.value.exit_code == ConfigurationError.exit_code
    finally:
        registry.use(None)

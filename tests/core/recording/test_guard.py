"""Reading in a process with limits: whatever becomes of that, here it is one sentence."""

import json
import os
import signal
import subprocess
import sys

import pytest
from support.recordings import record

from neuroplast.errors import DataError
from neuroplast.recording import guard

JOBS = """
import os, sys, time
from neuroplast.recording import guarded
def crash(path):
    os.kill(os.getpid(), 11)
    yield 1
def loop(path):
    while True:
        pass
    yield 1
def sleep(path):
    time.sleep(60)
    yield 1
def fill(path):
    yield len(bytearray(2**33))
def write(path):
    with open(path, "w") as file:
        file.write("x" * 100)
    yield 1
def half(path):
    sys.stdout.write('{"answer": ')
    sys.stdout.flush()
    os._exit(3)
    yield 1
def odd(path):
    raise KeyError("\\x1b[2J lost")
    yield 1
def fine(path):
    yield path[-3:]
def some(path):
    if "bad" in path:
        yield from crash(path)
    yield path
guarded.jobs = lambda: globals()
guarded.main()
"""


@pytest.fixture
def jobs(monkeypatch):
    """Processes that do these jobs."""

    class Started(guard.Spawned):
        def __init__(self, request):
            popen = subprocess.Popen

            def instead(command, **options):
                return popen([sys.executable, "-c", JOBS], **options)

            monkeypatch.setattr(subprocess, "Popen", instead)
            try:
                super().__init__(request)
            finally:
                monkeypatch.setattr(subprocess, "Popen", popen)

    monkeypatch.setattr(guard, "start", Started)


def refused(job, path="/tmp/run.h5"):
    with pytest.raises(DataError) as caught:
        guard.answer(job, {"path": path})
    return str(caught.value)


posix = pytest.mark.skipif(os.name != "posix", reason="limits and signals are of POSIX")


@posix
def test_a_crash_is_a_sentence(jobs):
    assert "run.h5: cannot be read: the process that read it was ended by SIGSEGV" in refused(
        "crash"
    )


@posix
def test_a_loop_is_ended(jobs, monkeypatch):
    monkeypatch.setattr(guard, "CPU_SECONDS", 1)
    monkeypatch.setattr(guard, "WALL", 100)
    assert "took more than 1 s" in refused("loop")


def test_a_process_that_waits_for_ever_is_ended(jobs, monkeypatch):
    monkeypatch.setattr(guard, "CPU_SECONDS", 1)
    monkeypatch.setattr(guard, "WALL", 2)
    assert "did not come to an end in 2 s" in refused("sleep")


@posix
def test_memory_is_limited(jobs):
    assert "takes more than 4 GiB to read" in refused("fill")


@posix
def test_nothing_can_be_written(jobs, tmp_path):
    assert (
        "SIGXFSZ" in refused("write", str(tmp_path / "new")) or not (tmp_path / "new").read_text()
    )
    assert (tmp_path / "new").stat().st_size == 0


def test_an_answer_cut_short_is_none(jobs):
    assert "ended with exit code 3" in refused("half")


def test_any_error_is_told_without_what_a_terminal_obeys(jobs):
    told = refused("odd")
    assert "cannot be read (KeyError" in told
    assert "\x1b" not in told


@posix
def test_after_a_crash_the_next_one_is_read(jobs):
    items = [{"path": path} for path in ("one", "bad 1", "two", "bad 2", "three")]
    found = [(a.item["path"], a.given, bool(a.error)) for a in guard.answers("some", items)]
    assert found == [
        ("one", "one", False),
        ("bad 1", None, True),
        ("two", "two", False),
        ("bad 2", None, True),
        ("three", "three", False),
    ]


def test_the_reading_process_does_without_torch(tmp_path):
    """Which takes more memory than the limit leaves, and seconds to start."""
    run = record(tmp_path / "run", commits=(3,), closed="interrupted")
    code = (
        "import io, json, sys\n"
        "from neuroplast.recording import guarded\n"
        f"items = [{{'path': {str(run)!r}}}]\n"
        "for job in ('inspect', 'check folder'):\n"
        "    guarded.serve({'job': job, 'items': items, 'memory': 0}, sys.stdout.buffer)\n"
        "assert not {'torch', 'xarray', 'pydantic'} & set(sys.modules), 'too much'\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment)
    assert answer.returncode == 0, answer.stderr
    assert b'"state": "interrupted"' in answer.stdout


def test_signals_have_names():
    assert guard._signal(signal.SIGSEGV) == "SIGSEGV"
    assert guard._signal(200) == "signal 200"


def test_questions_are_json(tmp_path):
    """So that nothing but data goes between the processes."""
    with pytest.raises(TypeError):
        json.dumps({"path": tmp_path})
    assert "does not exist" in refused("inspect", str(tmp_path / "nowhere"))

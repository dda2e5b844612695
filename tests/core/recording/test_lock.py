"""One writer for a folder, whatever becomes of processes, machines, clocks and the file."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace

import pytest

from neuroplast.errors import DataError
from neuroplast.recording import lock
from neuroplast.recording.lock import Holder, Lock

HOUR = 3600.0
HOLDING = """
import sys
from pathlib import Path
from neuroplast.recording.lock import Lock
Lock(Path(sys.argv[1])).take()
print("taken", flush=True)
sys.stdin.read()
"""


def write(folder, holder, idle=0.0):
    """The lock of somebody whose heart beat so many seconds ago."""
    (folder / "lock").write_text(json.dumps(asdict(holder)))
    then = time.time() - idle
    os.utime(folder / "lock", (then, then))


def elsewhere():
    return Holder("elsewhere", 1, "boot", "0")


def mine(folder):
    return lock.holder(folder) == Holder.me()


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_of_two_processes_one_writes_until_it_is_gone(tmp_path):
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"taken\n"
        with pytest.raises(DataError, match=rf"is being written by process {other.pid} on .*wait"):
            Lock(tmp_path).take()
        assert lock.writer(tmp_path).pid == other.pid
        other.send_signal(signal.SIGKILL)
    assert lock.writer(tmp_path) is None
    Lock(tmp_path).take()
    assert mine(tmp_path)
    assert os.listdir(tmp_path) == ["lock"]


def test_it_is_free_after_it_was_released(tmp_path):
    own = Lock(tmp_path)
    own.take()
    own.release()
    own.release()
    assert os.listdir(tmp_path) == []
    Lock(tmp_path).take()
    assert mine(tmp_path)


def test_a_process_takes_it_once(tmp_path):
    Lock(tmp_path).take()
    with pytest.raises(DataError, match=f"being written by process {os.getpid()}"):
        Lock(tmp_path).take()


@pytest.mark.parametrize(
    "change", [{"pid": 2**22 + 1}, {"boot": "another"}, {"begun": "1"}], ids=str
)
def test_a_process_that_is_gone_has_lost_it(tmp_path, change):
    """Its number is free, the machine began anew, or the number is another process's by now."""
    write(tmp_path, replace(Holder.me(), **change))
    assert lock.writer(tmp_path) is None
    Lock(tmp_path).take()
    assert mine(tmp_path)


@pytest.mark.parametrize(
    "idle", [0.0, lock.STALE_SECONDS - 60, -HOUR], ids=["now", "late", "ahead"]
)
def test_a_heartbeat_on_another_machine_is_believed(tmp_path, idle):
    """Also one from the future: clocks differ, and may be set back."""
    write(tmp_path, elsewhere(), idle)
    with pytest.raises(DataError, match="process 1 on elsewhere"):
        Lock(tmp_path).take()
    assert lock.holder(tmp_path) == elsewhere()


def test_another_machine_without_a_heartbeat_is_gone(tmp_path):
    write(tmp_path, elsewhere(), lock.STALE_SECONDS + 60)
    Lock(tmp_path).take()
    assert mine(tmp_path)


def test_on_the_same_machine_no_heartbeat_is_needed(tmp_path):
    """The machine may have slept for long."""
    write(tmp_path, Holder.me(), 10 * HOUR)
    with pytest.raises(DataError, match="is being written"):
        Lock(tmp_path).take()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": 1}', "[" * 100_000], ids=len)
def test_a_lock_that_names_nobody_is_nobody_s(tmp_path, text):
    (tmp_path / "lock").write_text(text)
    assert lock.writer(tmp_path) is None
    Lock(tmp_path).take()
    assert mine(tmp_path)


def test_a_beat_renews_it(tmp_path):
    own = Lock(tmp_path)
    own.take()
    os.utime(tmp_path / "lock", (0, 0))
    own.beat()
    assert time.time() - (tmp_path / "lock").stat().st_mtime < HOUR


def test_a_writer_notices_that_it_lost_it(tmp_path):
    own = Lock(tmp_path)
    own.take()
    (tmp_path / "lock").unlink()
    with pytest.raises(DataError, match=r"lock: is gone or another's.*what was committed"):
        own.beat()
    write(tmp_path, elsewhere())
    with pytest.raises(DataError, match="is gone or another's"):
        own.beat()
    own.release()
    assert lock.holder(tmp_path) == elsewhere()


def test_one_that_was_taken_while_it_was_looked_at_is_left_to_its_writer(tmp_path, monkeypatch):
    """The other process displaced the dead one's lock right after it was found to be dead."""
    write(tmp_path, replace(Holder.me(), begun="1"))
    look = lock.writer

    def looked(folder):
        found = look(folder)
        monkeypatch.undo()
        write(tmp_path, elsewhere())
        return found

    monkeypatch.setattr(lock, "writer", looked)
    with pytest.raises(DataError, match="process 1 on elsewhere"):
        Lock(tmp_path).take()
    assert lock.holder(tmp_path) == elsewhere()
    assert os.listdir(tmp_path) == ["lock"]


def test_file_systems_without_hard_links_do_as_well(tmp_path, monkeypatch):
    def refused(*paths):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    own = Lock(tmp_path)
    own.take()
    assert mine(tmp_path)
    with pytest.raises(DataError, match="is being written"):
        Lock(tmp_path).take()
    own.release()
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(lock.Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        Lock(tmp_path).take()
    assert os.listdir(tmp_path) == []

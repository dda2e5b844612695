"""What was committed survives whatever comes next, and what goes wrong is told."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Semaphore, Timer

import pytest
import torch
from support.recordings import HEADER, begin, header, record, sample, state

from neuroplast.errors import DataError, PluginError
from neuroplast.recording import checkpoint, folder, lock, writer
from neuroplast.recording.folder import Segment
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import Series
from neuroplast.recording.writer import RunRecorder, clear


def child(script, *arguments):
    """Run a script in a new process, where it may kill itself or lower its limits."""
    tests = Path(__file__).resolve().parents[2]
    code = f"import sys; sys.path.insert(0, {str(tests)!r})\n{script}"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)  # if it hangs


def names(path):
    return sorted(os.listdir(path))


def described(path):
    said = folder.describe(path)
    return said["state"], said["steps_done"]


def steps(recorder, numbers, commits=()):
    for step in numbers:
        recorder.series("conv", step, sample(step))
        if step in commits:
            recorder.commit(step, {"step": step}, wait=True)


def full(*arguments, **options):
    raise OSError(28, "No space left on device")


THREADS = """
import os
import torch
torch.set_num_threads(2)
from support.recordings import begin, sample
w = torch.randn(64, 32, 8, 8).contiguous(memory_format=torch.channels_last)
state = {"conv": {f"rule.{n}": v for n, v in enumerate((w, w > 0, w.bfloat16(), w.half()))}}
torch.relu(w)  # the threads of this one
before = len(os.listdir("/proc/self/task"))
recorder = begin(sys.argv[1])
for step in range(1, 40):
    recorder.series("conv", step, sample(step))
recorder.snapshot(40, state)
recorder.commit(40, state, wait=True)
print(len(os.listdir("/proc/self/task")) - before)
recorder.close("interrupted", 40)
"""


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="threads are counted on Linux only"
)
def test_writing_starts_no_threads_of_torch_beside_those_of_learning(tmp_path):
    """More threads than cores make those of learning sleep between any two passes."""
    done = child(THREADS, tmp_path / "run")
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr  # the writer itself


# A run from its beginning to its end


def test_the_folder_of_a_run_while_it_goes_on_and_after(tmp_path):
    recorder = begin(tmp_path / "new")
    path = tmp_path / "new"
    assert names(path) == ["lock", "run.json"]
    assert described(path) == ("running", 0)
    assert folder.describe(path)["header"] == HEADER.plain()
    assert folder.describe(path)["executions"][0]["from_step"] == 0
    recorder.snapshot(0, state(0))
    recorder.commit(0, {"step": 0}, wait=True)
    steps(recorder, range(1, 8), commits=(3, 5, 6))
    assert names(path) == [
        *("ckpt-0000000005.h5", "ckpt-0000000006.h5", "lock", "run.json"),
        *(Segment(*s).name for s in ((0, 0), (0, 3), (3, 5), (5, 6))),
    ]
    assert checkpoint.load(path / "ckpt-0000000006.h5") == (6, Segment(5, 6).name, {"step": 6})
    recorder.close("complete", 7)
    assert names(path) == ["run.h5"]
    assert open_run(path).layers["conv"].steps == (1, 2, 3, 4, 5, 6, 7)


@pytest.mark.parametrize("closed", ["failed", "interrupted"])
def test_a_run_that_stops_keeps_what_was_added(tmp_path, closed):
    run = open_run(record(tmp_path, commits=(), closed=closed))
    assert run.state == closed
    assert run.layers["conv"].steps == tuple(range(1, 11))
    assert described(tmp_path) == (closed, 10)
    assert names(tmp_path) == ["run.json", Segment(0, 10).name]


def test_a_run_that_stops_before_its_first_step_keeps_what_was_before(tmp_path):
    """What is told of the end must not take the place of what was committed at the same step."""
    recorder = begin(tmp_path)
    recorder.snapshot(0, state(0))
    recorder.commit(0, {}, wait=True)
    before = (tmp_path / Segment(0, 0).name).read_bytes()
    recorder.event(0, "failed", "not finite")
    recorder.close("failed", 0)
    assert (tmp_path / Segment(0, 0).name).read_bytes() == before
    run = open_run(tmp_path)
    assert [event.message for event in run.events] == ["not finite"]
    assert run.snapshot_steps == (0,)


def test_close_before_start_and_twice_does_nothing(tmp_path):
    RunRecorder(tmp_path).close("failed", 0)
    assert names(tmp_path) == []
    recorder = begin(tmp_path)
    recorder.close("interrupted", 0)
    recorder.close("complete", 9)
    assert open_run(tmp_path).state == "interrupted"


def test_nothing_new_at_the_same_step_is_not_committed_again(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, [1], commits=[1])
    before = (tmp_path / "ckpt-0000000001.h5").stat().st_mtime_ns
    recorder.event(1, "note", "after it")
    recorder.commit(1, {"step": "another"}, wait=True)
    assert (tmp_path / "ckpt-0000000001.h5").stat().st_mtime_ns == before
    steps(recorder, [2], commits=[2])
    recorder.close("interrupted", 2)
    assert [event.message for event in open_run(tmp_path).events] == ["after it"]


def test_state_is_committed_as_it_was(tmp_path):
    """The thread writes it later, when learning has gone on."""
    recorder, tensor = begin(tmp_path), torch.ones(3)
    recorder.commit(1, {"w": tensor})
    tensor.zero_()
    recorder.close("interrupted", 1)
    assert checkpoint.load(tmp_path / "ckpt-0000000001.h5")[2]["w"].tolist() == [1, 1, 1]


# What is refused


def test_an_earlier_run_is_left_as_it_is(tmp_path):
    before = (record(tmp_path / "whole") / "run.h5").read_bytes()
    with pytest.raises(DataError, match=r"holds a run already.*--out"):
        begin(tmp_path / "whole")
    assert (tmp_path / "whole" / "run.h5").read_bytes() == before
    assert names(tmp_path / "whole") == ["run.h5"]
    record(tmp_path / "stopped", closed="failed")
    known = names(tmp_path / "stopped")
    with pytest.raises(DataError, match="holds a run already"):
        begin(tmp_path / "stopped")
    assert names(tmp_path / "stopped") == known


def test_a_folder_in_which_another_process_begins_is_left_to_it(tmp_path):
    own = lock.Lock(tmp_path)
    own.take()
    with pytest.raises(DataError, match="is being written by process"):
        begin(tmp_path)
    assert names(tmp_path) == ["lock"]
    own.release()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"file.*cannot be written.*--out"):
        begin(tmp_path / "file" / "run")


@pytest.mark.parametrize("name", ["write_description", "put"])
def test_a_beginning_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch, name):
    monkeypatch.setattr(folder, name, full)
    with pytest.raises(DataError, match="no room"):
        begin(tmp_path)
    assert names(tmp_path) == []


def test_state_that_changes_its_shape_is_named_and_nothing_is_lost(tmp_path):
    recorder = begin(tmp_path)
    recorder.snapshot(0, {"conv": {"rule.theta": torch.ones(4)}})
    recorder.commit(0, {}, wait=True)
    steps(recorder, [1, 2])
    with pytest.raises(
        PluginError, match=r"conv: state 'rule.theta' has shape \(5,\) at step 2.*\(4,\)"
    ):
        recorder.snapshot(2, {"conv": {"rule.theta": torch.ones(5)}})
    with pytest.raises(ValueError, match=r"conv: state 'rule.phase' has complex numbers"):
        recorder.snapshot(2, {"conv": {"rule.phase": torch.ones(4, dtype=torch.complex64)}})
    recorder.close("failed", 2)
    run = open_run(tmp_path)
    assert (run.state, run.snapshot_steps) == ("failed", (0,))
    assert run.layers["conv"].steps == (1, 2)


def test_wrong_samples_are_told_at_the_next_commit_and_what_was_before_is_kept(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, [1, 2], commits=[2])
    recorder.series("conv", 3, {"w_norm": Series(torch.ones(3), "norm")})
    with pytest.raises(ValueError, match=r"conv: .*'w_norm' has shape \(3,\)"):
        recorder.commit(3, {}, wait=True)
    with pytest.raises(ValueError, match="w_norm"):
        recorder.close("failed", 3)
    assert described(tmp_path) == ("failed", 3)
    assert open_run(tmp_path).layers["conv"].steps == (1, 2)
    assert "lock" not in names(tmp_path)


# When to commit


def test_a_commit_is_due_by_the_clock(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(writer.time, "monotonic", lambda: now[0])
    recorder = RunRecorder(tmp_path, seconds=10.0)
    recorder.start(HEADER)
    due = []
    for passed in (9.0, 1.0, 9.5, 0.5):
        now[0] += passed
        due.append(recorder.is_due)
        if due[-1]:
            recorder.commit(int(now[0]), {})
    assert due == [False, True, False, True]
    now[0] += 4880.0  # 5000 s after the beginning, a fiftieth of which is 98 s since the last
    recorder.commit(5000, {})
    now[0] += 98.0
    assert not recorder.is_due
    now[0] += 10.0
    assert recorder.is_due
    recorder.close("interrupted", 5000)


def test_a_commit_is_due_after_each_step_if_every_0_seconds(tmp_path, monkeypatch):
    monkeypatch.setattr(writer.time, "monotonic", lambda: 100.0)
    recorder = RunRecorder(tmp_path, seconds=0.0)
    recorder.start(HEADER)
    assert recorder.is_due
    recorder.close("interrupted", 0)


def test_a_commit_is_due_when_too_much_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "MOST_WAITING", 40)
    recorder = begin(tmp_path)
    recorder.series("conv", 1, {"a": Series(torch.ones(4), "a")})
    recorder.series("conv", 2, {"a": Series(torch.ones(4), "a")})
    assert not recorder.is_due  # 32 bytes
    recorder.series("conv", 3, {"a": Series(torch.ones(4), "a")})
    assert recorder.is_due
    recorder.commit(3, {})
    assert not recorder.is_due
    recorder.close("interrupted", 3)


def test_learning_waits_where_the_disk_is_too_slow(tmp_path, monkeypatch):
    """Two commits are in memory; the data of the third are not copied before one of them is on disk."""
    gate, kept, copies = Semaphore(0), folder.put, []
    recorder = begin(tmp_path)

    def slow(path, write):
        gate.acquire()
        kept(path, write)

    monkeypatch.setattr(folder, "put", slow)
    monkeypatch.setattr(checkpoint, "copied", lambda tree: copies.append(tree["step"]) or tree)
    for step in (1, 2):
        recorder.commit(step, {"step": step})
    assert copies == [1, 2]
    assert folder.segments(tmp_path) == []
    passed = Event()
    Timer(0.2, lambda: (passed.set(), gate.release(99))).start()
    recorder.commit(3, {"step": 3})
    assert passed.is_set()
    assert Segment(0, 1) in folder.segments(tmp_path)
    recorder.close("interrupted", 3)
    assert folder.checkpoints(tmp_path) == [2, 3]


def test_an_error_of_the_thread_is_raised_at_the_next_call(tmp_path, monkeypatch):
    recorder = begin(tmp_path)
    steps(recorder, [1], commits=[1])
    with monkeypatch.context() as patch:
        patch.setattr(folder, "put", full)
        recorder.series("conv", 2, sample(2))
        recorder.commit(2, {})
        with pytest.raises(DataError, match=r"no room.*neuroplast resume"):
            recorder.commit(3, {}, wait=True)
    with pytest.raises(DataError, match="no room"):  # nothing follows the segment that is missing
        recorder.commit(4, {}, wait=True)
    with pytest.raises(DataError, match="no room"):
        recorder.close("failed", 4)
    assert folder.segments(tmp_path) == [Segment(0, 1)]
    assert open_run(tmp_path).layers["conv"].steps == (1,)
    assert described(tmp_path)[0] == "failed"


# Disks and folders that fail


@pytest.mark.parametrize("what", ["seg", "ckpt", "run.h5"])
def test_a_full_disk_is_told_and_loses_nothing(tmp_path, monkeypatch, what):
    recorder, kept = begin(tmp_path), folder.put
    steps(recorder, [1, 2], commits=[2])

    def put(path, write):
        full() if path.name.startswith(what) else kept(path, write)

    monkeypatch.setattr(folder, "put", put)
    steps(recorder, [3])
    with suppress(DataError):
        recorder.commit(3, {}, wait=True)
    with pytest.raises(DataError, match=rf"no room.*neuroplast resume {tmp_path}"):
        recorder.close("complete", 3)
    monkeypatch.undo()
    assert "run.h5" not in names(tmp_path)
    assert folder.leftovers(tmp_path) == []
    run = open_run(tmp_path)
    assert run.state == "failed"
    assert run.layers["conv"].steps == ((1, 2) if what == "seg" else (1, 2, 3))
    assert folder.checkpoints(tmp_path)[0] == 2


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_any_more_is_told(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, [1], commits=[1])
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match=r"cannot be written .Permission denied"):
        recorder.commit(2, {}, wait=True)
    tmp_path.chmod(0o700)


def test_a_folder_removed_under_the_run_is_told(tmp_path):
    recorder = begin(tmp_path / "run")
    steps(recorder, [1], commits=[1])
    (tmp_path / "run").rename(tmp_path / "away")
    with pytest.raises(DataError, match=r"run/lock: is gone or another's"):
        recorder.commit(2, {}, wait=True)
    with pytest.raises(DataError):
        recorder.close("failed", 2)
    assert names(tmp_path) == ["away"]
    assert open_run(tmp_path / "away").layers["conv"].steps == (1,)


def test_a_writer_that_lost_its_lock_touches_nothing_any_more(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, [1], commits=[1])
    (tmp_path / "lock").write_text(json.dumps({"host": "x", "pid": 1, "boot": "", "begun": ""}))
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    steps(recorder, [2])
    with pytest.raises(DataError, match="another's"):
        recorder.close("complete", 2)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_the_heart_beats_while_nothing_is_to_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "BEAT_SECONDS", 0.01)
    beaten, kept = Event(), os.utime
    monkeypatch.setattr(lock.os, "utime", lambda *a: (beaten.set(), kept(*a)))
    recorder = begin(tmp_path)
    beaten.clear()  # that of the description
    assert beaten.wait(30)
    recorder.close("interrupted", 0)


def test_a_segment_that_is_gone_at_the_end_is_told(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, [1, 2, 3], commits=[1, 2])
    (tmp_path / Segment(0, 1).name).unlink()
    with pytest.raises(DataError, match="the segment from step 0 to 1 is missing"):
        recorder.close("complete", 3)
    assert folder.segments(tmp_path) == [Segment(1, 2), Segment(2, 3)]
    assert described(tmp_path) == ("failed", 3)


# Going on


def test_going_on_after_a_commit_takes_back_what_came_later(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, range(1, 6), commits=(2, 4))
    recorder.event(5, "interrupted", "by the test")
    recorder.close("interrupted", 5)
    (tmp_path / "seg-0000000004-0000000009.h5.tmp").touch()
    again = RunRecorder(tmp_path)
    again.lock()
    again.resume(header(), [{"n": 1}, {"n": 2}], Segment(2, 4))
    assert folder.segments(tmp_path) == [Segment(0, 2), Segment(2, 4)]
    assert folder.leftovers(tmp_path) == []
    assert described(tmp_path) == ("running", 4)
    steps(again, [5, 6])
    again.close("complete", 6)
    run = open_run(tmp_path)
    assert run.layers["conv"].steps == (1, 2, 3, 4, 5, 6)
    assert run.events == []


def test_beginning_again_takes_back_all(tmp_path):
    recorder = begin(tmp_path)
    steps(recorder, [1])
    recorder.close("interrupted", 1)
    again = RunRecorder(tmp_path)
    again.lock()
    again.resume(header(), [], None)
    assert names(tmp_path) == ["lock", "run.json"]
    again.close("interrupted", 0)


def test_what_one_file_made_useless_is_cleared(tmp_path):
    record(tmp_path, commits=(4,), closed="interrupted")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "x.tmp").touch()
    clear(tmp_path)
    assert names(tmp_path) == ["notes.txt"]


# Processes that die


KILLED = """
import os, signal
from support.recordings import begin, sample, state
recorder = begin(sys.argv[1])
recorder.snapshot(0, state(0))
for step in range(1, 6):
    recorder.series("conv", step, sample(step))
recorder.commit(5, {"step": 5}, wait=True)
for step in range(6, 9):
    recorder.series("conv", step, sample(step))
recorder.snapshot(8, state(8))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_process_leaves_what_it_committed(tmp_path):
    result = child(KILLED, tmp_path)
    assert result.returncode == -signal.SIGKILL, result.stderr
    run = open_run(tmp_path)
    assert (run.state, run.steps_done) == ("interrupted", 5)
    assert run.layers["conv"].series["corrected"].values.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert torch.equal(run.snapshot(0)["conv"]["w"], state(0)["conv"]["w"])
    assert run.provenance["content_sha256"] == ""
    assert lock.writer(tmp_path) is None


FULL = """
import resource
from pathlib import Path
import torch
from support.recordings import begin
from neuroplast.errors import DataError
from neuroplast.recording import consolidation, folder
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import LayerHeader, Series

WIDE = LayerHeader("wide", 500, (4,), {"w": (500, 4)})
consolidation.IN_MEMORY = int(sys.argv[2])

def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def noise(step):
    return torch.rand(500, generator=torch.Generator().manual_seed(step))

def fill(recorder):
    for step in range(1, 200):
        recorder.series("wide", step, {"norm": Series(noise(step), "norm")})
        if step % 20 == 0:
            recorder.snapshot(step, {"wide": {"w": torch.full((500, 4), step)}})
        if step == 10 or step % 30 == 0:
            recorder.commit(step, {"w": torch.full((500, 4), step)})
    recorder.close("complete", 199)

ends = []
for size in (0, 60_000, 190_000, 350_000, 10_000_000):
    path = Path(sys.argv[1], str(size))
    recorder, error = None, ""
    room(size)
    try:
        recorder = begin(path, layers=(WIDE,))
        fill(recorder)
    except DataError as found:
        error = str(found)
    if recorder:
        try:
            recorder.close("failed", 7)
        except DataError:
            pass
    room(resource.RLIM_INFINITY)
    if recorder is None:
        assert "no room" in error, error
        assert list(path.iterdir()) == [], "a beginning was left behind"
        continue
    assert folder.leftovers(path) == []
    run = open_run(path)
    assert run.state == ("failed" if error else "complete"), (size, run.state, error)
    assert not error or ("no room" in error and str(path) in error), (size, error)
    steps, values = run.layers["wide"].series.get("norm", ((), ()))
    assert [int(step) for step in steps] == list(range(1, len(steps) + 1))
    assert all(value.equal(noise(int(step))) for step, value in zip(steps, values))
    for step in run.snapshot_steps:
        assert (run.snapshot(step)["wide"]["w"] == step).all()
    ends.append((len(steps), run.state))
# before the first segment, before the second, before the one file, and not at all
assert ends == [(0, "failed"), (10, "failed"), (199, "failed"), (199, "complete")], ends
print("whole")
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
@pytest.mark.parametrize("in_memory", [2**28, 0], ids=["in memory", "on disk"])
def test_wherever_the_disk_is_full_it_is_told_and_the_rest_can_be_read(tmp_path, in_memory):
    """The limit on the size of a file stands for the full disk."""
    result = child(FULL, tmp_path, in_memory)
    assert (result.returncode, result.stdout.strip()) == (0, "whole"), result.stderr

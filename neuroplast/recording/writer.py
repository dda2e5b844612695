"""Writes a run while it goes on: what was recorded since the last commit waits in memory, then goes to disk as a whole.

The learning process collects samples, on the device where they are made, and copies them to the host once for each
commit. A thread of its own does the rest, and everything that concerns HDF5: it writes the segment, then the checkpoint
whose arrival is the commit, and removes checkpoints that are not needed any more. Where the disk is too slow, learning
waits for it, so that no more than two commits are ever in memory.
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from typing import Any

from torch import Tensor

from neuroplast.errors import DataError, PluginError
from neuroplast.recording import checkpoint
from neuroplast.recording import folder as folders
from neuroplast.recording.checkpoint import Tree
from neuroplast.recording.consolidation import consolidate
from neuroplast.recording.folder import Segment
from neuroplast.recording.lock import BEAT_SECONDS, Lock
from neuroplast.recording.recorder import Header, Recorder, RunState, Series
from neuroplast.recording.runfile import RunFile, put_bytes
from neuroplast.recording.schema import FORMAT, RUN_FILE
from neuroplast.recording.waiting import Waiting

COMMIT_SECONDS = 10.0
"""How long a run goes on between two commits, at first."""
SHARE = 0.02
"""The same as a share of the time since the run began, once that is longer."""
MOST_WAITING = 2**26
"""A commit is made early where samples take so many bytes."""
Execution = Mapping[str, Any]
"""What is known of one process that wrote a run: where it ran, from which step on, with which versions."""

KEPT = 2
"""How many checkpoints are kept."""
AT_ONCE = 2
"""How many commits may be in memory."""

Job = Callable[[], None]


class RunRecorder(Recorder):
    """Writes one run into a folder, which ends as one file `run.h5`.

    Methods raise DataError where the folder cannot be written; what was committed before is kept then, and the run can
    be resumed.
    """

    def __init__(self, folder: Path | str, seconds: float = COMMIT_SECONDS) -> None:
        self.folder, self.seconds = Path(folder), seconds
        self.committed: Segment | None = None
        self._lock = Lock(self.folder)
        self._waiting = Waiting()
        self._shapes: dict[tuple[str, str], tuple[int, ...]] = {}
        self._header: Header | None = None
        self._executions: list[Execution] = []
        self._thread = _Writer(self.folder, self._lock.beat)
        self._began = self._last = time.monotonic()

    # -- beginning and ending --------------------------------------------------------------------------------------

    def start(self, header: Header) -> None:
        """Begin the record; its state is "running". DataError where it cannot be written."""
        with told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if (self.folder / RUN_FILE).exists() or folders.is_unfinished(self.folder):
                raise DataError(
                    f"{self.folder}: holds a run already; choose another folder with --out"
                )
            self._lock.take()
        self._open(header, [{**header.provenance, "from_step": 0}])

    def resume(
        self, header: Header, executions: Sequence[Execution], committed: Segment | None
    ) -> None:
        """Go on after the segment `committed`, None to begin again; the lock is held. What came later is removed.

        executions: all so far, this one last.
        """
        with told(self.folder):
            known = folders.segments(self.folder)
            later = [s for s in known if committed is None or s > committed]
            names = [s.name for s in later] + folders.leftovers(self.folder)
            for name in names:
                (self.folder / name).unlink(missing_ok=True)
        self.committed = committed
        self._open(header, executions)

    def lock(self) -> None:
        """Become the only writer of a folder that holds a run; DataError where another process is."""
        with told(self.folder):
            self._lock.take()

    def unlock(self) -> None:
        """Let others write, where nothing was begun."""
        self._lock.release()

    def close(self, state: RunState, steps_done: int) -> None:
        """Finish the record in this state; what was added can be read. A complete one becomes one file."""
        if self._header is None:
            return
        header, self._header = self._header, None
        steps_done = max(steps_done, self.committed.end if self.committed else 0)
        try:
            if self._waiting or (state == "complete" and self.committed is None):
                self._write_segment(header, steps_done, None)
            if state == "complete":
                self._thread.do(lambda: lambda: self._finish(steps_done))
            self._thread.wait()
            if state != "complete":
                self._describe(header, state, steps_done)
        except BaseException:
            with suppress(DataError, OSError):
                self._describe(header, "failed" if state == "complete" else state, steps_done)
            raise
        finally:
            self._thread.stop()
            with suppress(OSError):
                self._lock.release()

    # -- adding ----------------------------------------------------------------------------------------------------

    def series(self, layer: str, step: int, values: Mapping[str, Series]) -> None:
        """Add a sample of each series of a layer, taken at the end of step `step` (1 is the first).

        values: kept as they are, so nobody may change their tensors any more.
        """
        self._waiting.series(layer, step, values)

    def samples(self, layer: str, steps: Sequence[int], values: Mapping[str, Series]) -> None:
        """Add several samples of each series at once: tensors with an axis for the samples before their own."""
        self._waiting.samples(layer, steps, values)

    def probe(self, name: str, layer: str, step: int, values: Mapping[str, Tensor | float]) -> None:
        """Add what a probe saw in a layer; name, layer, series and their shapes are those of the header."""
        self._waiting.probe(name, layer, step, values)

    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep all state of all layers, by layer and name, as it is after `step` steps (0 is the start).

        ValueError where a tensor is complex, PluginError where it has another shape than before; nothing of this
        snapshot is kept then.
        """
        for layer, tensors in state.items():
            for name, tensor in tensors.items():
                self._check(layer, name, tensor, step)
        self._waiting.snapshot(step, state)

    def metrics(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Add metrics of a read-out."""
        self._waiting.metrics(group, step, values)

    def event(self, step: int, kind: str, message: str) -> None:
        """Note that something happened."""
        self._waiting.event(step, kind, message)

    def _check(self, layer: str, name: str, tensor: Tensor, step: int) -> None:
        if tensor.is_complex():
            raise ValueError(
                f"{layer}: state {name!r} has complex numbers, which cannot be recorded; split it into two tensors"
            )
        shape = tuple(tensor.shape)
        before = self._shapes.setdefault((layer, name), shape)
        if shape != before:
            raise PluginError(
                f"{layer}: state {name!r} has shape {shape} at step {step}, and had {before} before; the plugin "
                "behind it must keep the shape of its memory"
            )

    # -- committing ------------------------------------------------------------------------------------------------

    @property
    def is_due(self) -> bool:
        """Whether it is time for a commit: by the clock, after each step if every 0 s, or since too much waits."""
        now = time.monotonic()
        interval = max(self.seconds, SHARE * (now - self._began)) if self.seconds else 0.0
        return now - self._last >= interval or self._waiting.bytes >= MOST_WAITING

    def commit(self, step: int, state: Tree, wait: bool = False) -> None:
        """Let everything added so far, and all state after `step` steps, survive the end of this process.

        wait: until it does; else it soon will. Nothing new at the same step is not committed again.
        """
        assert self._header is not None
        self._last = time.monotonic()
        if self.committed is None or self.committed.end != step:
            self._write_segment(self._header, step, state)
        if wait:
            self._thread.wait()

    def _write_segment(self, header: Header, step: int, state: Tree | None) -> None:
        """Hand what waits to the thread, as the segment up to `step`; with a checkpoint, if there is a state."""
        segment = Segment(self.committed.end if self.committed else 0, step)
        if (
            segment == self.committed
        ):  # nothing was learnt, and what was before that is on disk under this name
            segment = Segment(step, step + 1)

        def copied() -> Job:
            replay = self._waiting.taken()
            kept = None if state is None else checkpoint.copied(state)

            def write() -> None:
                file = RunFile(header, segment)
                replay(file)
                folders.put(self.folder / segment.name, put_bytes(file.finish("running", step)))
                if kept is not None:
                    self._write_checkpoint(step, segment, kept)

            return write

        self._thread.do(copied)
        self.committed = segment

    def _write_checkpoint(self, step: int, segment: Segment, state: Tree) -> None:
        content = put_bytes(checkpoint.packed(step, segment, state))
        folders.put(self.folder / folders.checkpoint_name(step), content)
        for old in folders.checkpoints(self.folder)[:-KEPT]:
            (self.folder / folders.checkpoint_name(old)).unlink()

    def _finish(self, steps_done: int) -> None:
        """Make one file of the segments, then remove what it replaces."""
        known = folders.segments(self.folder)
        if missing := folders.missing(known, self.committed):
            raise DataError(
                f"{self.folder}: {missing}; what is there is kept, see `neuroplast inspect`"
            )
        executions = json.dumps(self._executions, ensure_ascii=False)

        def write(path: Path) -> None:
            consolidate(self.folder, known, path, "complete", steps_done, executions)

        folders.put(self.folder / RUN_FILE, write)
        clear(self.folder)

    # -- describing ------------------------------------------------------------------------------------------------

    def _open(self, header: Header, executions: Sequence[Execution]) -> None:
        self._header, self._executions = header, list(executions)
        self._began = self._last = time.monotonic()
        self._thread.start()
        try:
            self._describe(header, "running", self.committed.end if self.committed else 0)
        except BaseException:
            self.close("failed", 0)
            raise

    def _describe(self, header: Header, state: RunState, steps_done: int) -> None:
        description = {
            "format": FORMAT,
            "state": state,
            "steps_done": steps_done,
            "executions": self._executions,
            "header": header.plain(),
        }
        with told(self.folder):
            self._lock.beat()  # so that another's is left alone
            folders.write_description(self.folder, description)


def clear(folder: Path) -> None:
    """Remove what the one file of a complete run has made useless."""
    names = [folders.checkpoint_name(step) for step in folders.checkpoints(folder)]
    names += [segment.name for segment in folders.segments(folder)]
    for name in (*names, *folders.leftovers(folder), folders.DESCRIPTION):
        folders.remove(folder / name)


class _Writer:
    """The thread that writes. What goes wrong there is raised where the next thing is asked of it.

    beat: shows that the writer lives, and raises where it lost its lock; done before each job, and while there is none.
    """

    def __init__(self, folder: Path, beat: Job) -> None:
        self._folder, self._beat = folder, beat
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._room = Semaphore(AT_ONCE)
        self._error: Exception | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread = Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def do(self, prepare: Callable[[], Job]) -> None:
        """Have done, after all that was asked before, what `prepare` gives; called once there is room for it."""
        self._room.acquire()
        try:
            self._raise()
            self._jobs.put(prepare())
        except BaseException:
            self._room.release()
            raise

    def wait(self) -> None:
        """Wait until all is done."""
        with ExitStack() as taken:
            for _ in range(AT_ONCE):
                self._room.acquire()
                taken.callback(self._room.release)
        self._raise()

    def stop(self) -> None:
        """End the thread after what it was asked."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=BEAT_SECONDS)
            except Empty:
                self._try(self._beat)
                continue
            if job is None:
                return
            self._try(job)
            self._room.release()

    def _try(self, job: Job) -> None:
        if self._error is not None:  # after an error no segment follows the one that is missing
            return
        try:
            with told(self._folder):
                self._beat()
                job()
        except Exception as error:
            self._error = error


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say what is wrong where a folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise DataError(_cannot_write(path, error)) from error


def _cannot_write(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error).partition("\n")[0]
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"{path}: there is no room for it ({reason}); what was committed is kept: free some disk space, and "
            f"neuroplast resume {path}"
        )
    return f"{path}: cannot be written ({reason}); choose another folder with --out"

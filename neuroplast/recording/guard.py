"""Has files read in a process of its own, with limits, so that no file can take the reader down with it.

HDF5 is a large library in C, and files exist that crash it, or keep it busy without end. What happens then is that
process's end, and here one sentence. Questions and answers are JSON, a line each; nothing else comes back.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Timer
from typing import Any, BinaryIO, NamedTuple, Protocol

from neuroplast.errors import DataError
from neuroplast.recording.damage import shown

MEMORY_BYTES = 2**32
CPU_SECONDS = 30
BYTES_PER_SECOND = 5_000_000
"""Reading may take so long, and a second more for so many bytes: a fifth of what the slowest disk needs."""
WALL = 5
"""The process may take so many times its CPU time, since others use the machine too."""
LONGEST_LINE = 2**28

Item = Mapping[str, Any]
"""What is asked about: `path`, and what the job takes beside."""


class Answer(NamedTuple):
    """What came back for one item: what the job gave, or what went wrong, as DataError says it."""

    item: Item
    given: Any
    error: str = ""


class Child(Protocol):
    """A process that answers."""

    lines: BinaryIO

    def wait(self) -> int:
        """Its exit code; minus the signal, where one ended it."""

    def kill(self) -> None:
        """End it."""


class Spawned:
    """A new interpreter that answers a request."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        code = "from neuroplast.recording.guarded import main; main()"
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        # one thread, since each that BLAS starts takes memory from the limit
        own = {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.lines: BinaryIO = self._process.stdout  # type: ignore[assignment]
        self._process.stdin.write(json.dumps(request).encode())
        self._process.stdin.close()

    def wait(self) -> int:
        """Its exit code; minus the signal, where one ended it."""
        self.lines.close()
        return self._process.wait()

    def kill(self) -> None:
        """End it."""
        self._process.kill()


start: Callable[[Mapping[str, Any]], Child] = Spawned
"""What makes the process that answers."""


def answers(job: str, items: Sequence[Item]) -> Iterator[Answer]:
    """What a job (see guarded.py) gives for each item, as it comes; a job may give several answers, or none.

    Where the process ends over an item, that item's answer is an error, and another process goes on with the next.
    """
    left = list(items)
    while left:
        done = 0
        for number, answer in _asked(job, left):
            done = number + 1
            if answer is not None:
                yield answer
        left = left[max(done, 1) :]


def answer(job: str, item: Item) -> Any:
    """The one answer of a job about one item; DataError where there is none."""
    for found in answers(job, [item]):
        if found.error:
            raise DataError(found.error)
        return found.given
    raise DataError(f"{item['path']}: nothing could be read; copy it again")


def _asked(job: str, items: Sequence[Item]) -> Iterator[tuple[int, Answer | None]]:
    """What one process answers, with the number of the item, until it is through or ends."""
    seconds = CPU_SECONDS + sum(_size(Path(item["path"])) for item in items) // BYTES_PER_SECOND
    child = start({"job": job, "items": items, "memory": MEMORY_BYTES, "seconds": seconds})
    late = Event()

    def end() -> None:
        late.set()
        child.kill()

    timer = Timer(WALL * seconds, end)
    timer.daemon = True
    timer.start()
    number, whole = 0, False
    try:
        while line := child.lines.readline(LONGEST_LINE):
            said = json.loads(line)
            if "item" in said:
                number = said["item"]
                yield number, None
            elif "done" in said:
                whole = True
            else:
                yield number, Answer(items[number], said.get("answer"), said.get("error", ""))
    except ValueError:  # a line cut short where the process ended
        pass
    finally:
        timer.cancel()
        if not whole:
            child.kill()
        code = child.wait()
    if not whole:
        path = shown(str(items[number]["path"]))
        yield number, Answer(items[number], None, _ended(path, code, late.is_set(), seconds))


def _ended(path: str, code: int, late: bool, seconds: int) -> str:
    why = f"was ended by {_signal(-code)}" if code < 0 else f"ended with exit code {code}"
    if late:
        why = f"did not come to an end in {WALL * seconds} s"
    elif code == -getattr(signal, "SIGXCPU", 0) or code == -getattr(signal, "SIGKILL", 0):
        why = f"took more than {seconds} s, or was ended by the system"
    return (
        f"{path}: cannot be read: the process that read it {why}, so the file is damaged, or made to do that; "
        "use a file that comes straight from neuroplast"
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _size(path: Path) -> int:
    """The bytes of a file, or of the files in a folder."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
        return path.stat().st_size
    except OSError:
        return 0

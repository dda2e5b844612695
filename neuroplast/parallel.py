"""Several tasks at once, each in a process of its own; what a task gives does not depend on the others.

Processes share nothing but the files they read, so each needs its own memory, and some seconds to start. They load the
plugins that this process was told to load, and report here.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from typing import Any, TypeVar

from neuroplast import discovery, interruption
from neuroplast.blame import INTERRUPTED, sentence
from neuroplast.events import RunInfo
from neuroplast.interruption import Interrupted, Requests
from neuroplast.registry import Registry, to_stderr
from neuroplast.worker import Failure, RemoteError, loaded, serve

T = TypeVar("T")

Tell = Callable[[str], object]
"""Hears in words what is done."""

Task = Callable[[Sequence[object], Tell], T]
"""What is to be done, with the listeners that hear of its events. Where several are done at once, it must pickle."""

POLL = 0.2
"""Seconds between two looks at what the user asks for."""

PATIENCE = 10.0
"""Seconds that a process gets to end itself."""

_START = multiprocessing.get_context("spawn")  # a fork would share threads that it does not have


def ended(
    tasks: Sequence[Task[T]], jobs: int, listeners: Sequence[object], tell: Tell
) -> Iterator[tuple[int, T]]:
    """What each task gives, with its number, as they end: here, one after the other, or so many at once elsewhere.

    After an error no other task begins. Elsewhere those that are under way go on to their end; then it is raised, as a
    RemoteError. Where this process is asked to stop or to commit, they are asked to as well.
    """
    if min(jobs, len(tasks)) > 1:
        yield from _ended_elsewhere(tasks, jobs, listeners, tell)
    else:
        for n, task in enumerate(tasks):
            yield n, task(listeners, tell)


def _ended_elsewhere(
    tasks: Sequence[Task[T]], jobs: int, listeners: Sequence[object], tell: Tell
) -> Iterator[tuple[int, T]]:
    waiting, audience = deque(enumerate(tasks)), _Audience(listeners, tell)
    errors: list[BaseException] = []
    with interruption.listening() as requests, _crew(min(jobs, len(tasks))) as crew:
        for worker in crew:
            worker.begin(waiting)
        while busy := {worker.connection: worker for worker in crew if worker.task is not None}:
            _pass_on(requests, busy.values())
            if requests.stop:
                waiting.clear()
            for connection in wait(list(busy), POLL):
                worker = busy[connection]  # type: ignore[index]
                match worker.hear():
                    case "ended", result:
                        yield worker.task, result  # type: ignore[misc]
                        worker.begin(waiting)
                    case "failed", failure:
                        waiting.clear()
                        errors.append(worker.failed(audience, failure, requests.stop))
                    case message:
                        audience.hear(*message)
        if errors or requests.stop:
            raise _together(errors, requests.stop)


class _Audience:
    """Those who hear here of what happens elsewhere."""

    def __init__(self, listeners: Sequence[object], tell: Tell) -> None:
        self._tell, self._events = tell, Registry()
        for listener in listeners:
            self._events.listen(listener)
        self._warned: set[str] = set()

    def hear(self, what: str, *told: Any) -> None:
        """Pass on a message; a warning once, though several processes give it."""
        if what == "event":
            name, arguments = told
            self._events.fire(name, **arguments)
        elif what == "log":
            logging.getLogger(told[0].name).handle(told[0])
        elif what == "told":
            self._tell(told[0])
        elif told[0] not in self._warned:
            self._warned.add(told[0])
            to_stderr(told[0])


def _pass_on(requests: Requests, busy: Iterable[_Worker]) -> None:
    """Ask of those who work what was asked here."""
    for worker in busy:
        if requests.stop and not worker.asked_to_stop:
            worker.asked_to_stop = True
            worker.process.terminate()
        elif requests.commit and worker.process.pid is not None:
            os.kill(worker.process.pid, signal.SIGUSR1)
    requests.commit = False


def _together(errors: Sequence[BaseException], stop: str) -> BaseException:
    """One error that tells of all; an interruption where one was asked for."""
    if len(errors) == 1:
        return errors[0]
    if not stop:
        told = [sentence(error) for error in errors]
        return RemoteError("\n".join(message for message, _ in told), max(code for _, code in told))
    interrupted = Interrupted(stop)
    failed = [str(error) for error in errors if not isinstance(error, Interrupted)]
    heard = [note for error in errors for note in getattr(error, "__notes__", [])]
    for note in dict.fromkeys(failed + heard):
        interrupted.add_note(note)
    return interrupted


class _Worker:
    """A process that does tasks, one after the other.

    task: the number of the one under way. run: that which it began for it.
    """

    def __init__(self) -> None:
        self.connection, theirs = _START.Pipe()
        mine = discovery.chosen(), loaded()
        self.process = _START.Process(target=serve, args=(theirs, *mine), daemon=True)
        self.process.start()
        theirs.close()
        self.task: int | None = None
        self.run: RunInfo | None = None
        self.asked_to_stop = False

    def begin(self, waiting: deque[tuple[int, Task[Any]]]) -> None:
        """Let it do the next task, if one waits."""
        self.task = self.run = None
        if waiting:
            self.task, task = waiting.popleft()
            with suppress(ConnectionError):  # of one that is gone is heard next
                self.connection.send(task)

    def hear(self) -> tuple[Any, ...]:
        """What it says next."""
        try:
            message: tuple[Any, ...] = self.connection.recv()
        except (EOFError, ConnectionError):
            self.process.join(PATIENCE)
            code = INTERRUPTED if self.asked_to_stop else 1
            return "failed", Failure(_vanished(self.run, self.process.exitcode), code, "")
        if message[:2] == ("event", "run_started"):
            self.run = message[2]["run"]
        return message

    def failed(self, audience: _Audience, failure: Failure, stop: str) -> BaseException:
        """The error of its task, of which the audience heard. stop: why it was asked to end, if it was."""
        stopped = stop and failure.exit_code == INTERRUPTED
        error = Interrupted(stop) if stopped else failure.error()
        if self.run is not None:
            audience.hear("event", "run_failed", {"run": self.run, "error": error})
        self.task = self.run = None
        return error

    def end(self) -> None:
        """End the process; a task under way is stopped where it is."""
        self.connection.close()
        if self.task is not None:
            self.process.terminate()
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.process.kill()


@contextmanager
def _crew(size: int) -> Iterator[list[_Worker]]:
    crew: list[_Worker] = []
    try:
        for _ in range(size):
            crew.append(_Worker())
        yield crew
    finally:
        for worker in crew:
            worker.end()


def _vanished(run: RunInfo | None, exit_code: int | None) -> str:
    who = f"{run.condition or run.title}, seed {run.seed}" if run else "a run"
    ended = f"{who}: its process ended with exit code {exit_code} and said nothing here"
    if exit_code is not None and exit_code > 0 and run is None:
        return (
            f"{ended}; what it said is above. A script that lets several run at once must begin them under "
            'if __name__ == "__main__":'
        )
    return f"{ended}, as one does that takes more memory than there is; try fewer at once"

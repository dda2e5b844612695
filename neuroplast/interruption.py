"""What the user asks of a run while it goes on: to stop after this step, or to commit and go on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread
from types import FrameType
from typing import Any


class Interrupted(KeyboardInterrupt):
    """A run stopped because it was asked to; what it had recorded is committed."""


@dataclass
class Requests:
    """What was asked and not done yet."""

    stop: str = ""
    commit: bool = False

    def check(self) -> None:
        """Stop here, where nothing more has to be committed. Interrupted where that was asked."""
        if self.stop:
            raise Interrupted(self.stop)


@contextmanager
def listening() -> Iterator[Requests]:
    """Take Ctrl-C and SIGTERM as a request to stop, SIGUSR1 as one to commit; a second Ctrl-C stops at once.

    Signals are left alone outside the main thread, which alone may change what they do.
    """
    requests = Requests()

    def stop(number: int, frame: FrameType | None) -> None:
        if requests.stop:
            raise KeyboardInterrupt
        requests.stop = signal.Signals(number).name

    def commit(number: int, frame: FrameType | None) -> None:
        requests.commit = True

    before: dict[int, Any] = {}
    if current_thread() is main_thread():
        wanted = {signal.SIGINT: stop, signal.SIGTERM: stop}
        if hasattr(signal, "SIGUSR1"):
            wanted[signal.SIGUSR1] = commit
        before = {number: signal.signal(number, done) for number, done in wanted.items()}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""What a call writes outside of the process: files, folders, other programs, connections."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch

_WRITES = frozenset(
    {
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"),
        *("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen"),
        *("socket.connect", "socket.bind"),
    }
)
"""Audit events of Python that reach out; `open` does where it opens for writing."""
_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CACHING = ("importlib._bootstrap", "torch._dynamo.convert_frame", "torch._inductor", "triton")
"""Modules that keep compiled code on disk, whoever asks for it."""


class _Watch:
    """The one audit hook of the process, which cannot be taken off again: it is installed when first needed."""

    installed = False
    thread: int | None = None
    seen: list[str] = []  # noqa: RUF012  (there is one watch)

    @classmethod
    def hook(cls, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an event, while the thread that is watched is in a call."""
        if cls.thread is None or (event != "open" and event not in _WRITES):
            return
        if threading.get_ident() == cls.thread and (what := _told(event, arguments)):
            cls.note(what)

    @classmethod
    def note(cls, what: str) -> None:
        """Keep it, once, unless a cache of compiled code is being written."""
        if what not in cls.seen and not _is_caching():
            cls.seen.append(what)


@contextmanager
def written() -> Iterator[list[str]]:
    """What is written while this lasts, in words; complete afterwards. Only of this thread."""
    if not _Watch.installed:
        sys.addaudithook(_Watch.hook)
        _Watch.installed = True
    _Watch.thread, _Watch.seen = threading.get_ident(), []
    try:
        with patch.object(torch._C, "PyTorchFileWriter", _writer):
            yield _Watch.seen
    finally:
        _Watch.thread = None


_torch_writer = torch._C.PyTorchFileWriter


def _writer(target: Any, *more: Any, **named: Any) -> Any:
    """The writer of `torch.save`, which opens files without telling Python."""
    if isinstance(target, str | bytes | os.PathLike):
        _Watch.note(f"wrote {os.fsdecode(target)}")
    return _torch_writer(target, *more, **named)


def _told(event: str, arguments: tuple[Any, ...]) -> str:
    """An event in words; empty for files that are only read."""
    if event != "open":
        return f"called {event}({', '.join(map(repr, arguments[:2]))})"
    path, mode, flags = arguments
    writes = set(mode) & set("wax+") if isinstance(mode, str) else flags & _FLAGS
    named = isinstance(path, str | bytes | os.PathLike)  # and not an open descriptor
    return f"wrote {os.fsdecode(path)}" if writes and named and path != os.devnull else ""


def _is_caching() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_CACHING):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False

"""One writer for a run: a file that says which process it is, for as long as it lives.

The file appears with its content, by a hard link, so that nobody reads half of it, and of two processes one gets it.
Its time of change is the writer's heartbeat. A process on the same machine that is gone has lost its lock; one on
another machine has when its heart has not beaten for long.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from neuroplast.errors import DataError

LOCK = "lock"
NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
BEAT_SECONDS = 20.0
"""How often a writer shows that it lives."""
STALE_SECONDS = 600.0
"""After so long without a beat, a writer on another machine counts as gone."""


@dataclass(frozen=True)
class Holder:
    """A process that writes a run. boot, begun: tell it from a later one with the same number."""

    host: str
    pid: int
    boot: str
    begun: str

    @classmethod
    def me(cls) -> Holder:
        """This process."""
        return cls(socket.gethostname(), os.getpid(), _boot(), _begun(os.getpid()))

    @property
    def is_here(self) -> bool:
        """Whether it ran on this machine."""
        return self.host == socket.gethostname()

    def lives(self, idle: float) -> bool:
        """Whether it still runs; `idle` seconds have passed since its last beat."""
        if not self.is_here:
            return idle < STALE_SECONDS
        return self.boot == _boot() and self.begun == _begun(self.pid) and _exists(self.pid)

    def __str__(self) -> str:
        """For messages."""
        return f"process {self.pid} on {self.host}"


class Lock:
    """The lock of one folder, held from `take` to `release`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK
        self._mine = Holder.me()

    def take(self) -> None:
        """Become the one writer; DataError where another process is."""
        trial = self.path.with_name(f"{LOCK}-{uuid4().hex}.tmp")
        try:
            trial.write_text(json.dumps(asdict(self._mine)), encoding="utf-8")
            while not self._linked(trial):
                self._displace()
        finally:
            trial.unlink(missing_ok=True)

    def beat(self) -> None:
        """Show that the writer lives. DataError where the lock is not its own any more."""
        if holder(self.path.parent) != self._mine:
            raise DataError(
                f"{self.path}: is gone or another's, so another process may write this run, or its folder was removed; "
                "what was committed before is kept, see `neuroplast inspect`"
            )
        os.utime(self.path)

    def release(self) -> None:
        """Let others write."""
        if holder(self.path.parent) == self._mine:
            self.path.unlink(missing_ok=True)

    def _linked(self, trial: Path) -> bool:
        try:
            os.link(trial, self.path)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            return self._created(trial.read_bytes())
        return True

    def _created(self, content: bytes) -> bool:
        """The same on a file system without hard links."""
        try:
            with self.path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            return False
        return True

    def _displace(self) -> None:
        """Put away the lock of a writer that is gone."""
        gone, found = holder(self.path.parent), writer(self.path.parent)
        if found is not None:
            raise DataError(
                f"{self.path.parent}: is being written by {found}; wait until it ends, or stop it; where this is a "
                f"copy of that run's folder, remove the file {LOCK!r} in it"
            )
        away = self.path.with_name(f"{LOCK}-{uuid4().hex}.tmp")
        try:
            self.path.rename(away)
            if _read(away) != gone:  # since it was looked at, another process has taken it
                self._linked(away)
        except FileNotFoundError:
            return
        finally:
            away.unlink(missing_ok=True)


def holder(folder: Path) -> Holder | None:
    """Who the lock in a folder names; None where there is none, or one that cannot be read."""
    return _read(folder / LOCK)


def writer(folder: Path) -> Holder | None:
    """The living process that writes a folder; None where nobody does."""
    found = holder(folder)
    try:
        beaten = (folder / LOCK).stat().st_mtime
    except OSError:
        return None
    return found if found and found.lives(time.time() - beaten) else None


def _read(path: Path) -> Holder | None:
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot() -> str:
    """What tells one start of the machine from another; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _begun(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""

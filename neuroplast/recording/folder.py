"""What is in the folder of a run that has not ended, and how it gets there.

    lock                     who writes (see lock.py)
    run.json                 what the run is, and how far it came when it last stopped; replaced as a whole
    seg-<start>-<end>.h5     what was recorded after step `start` up to step `end`; never changed
    ckpt-<end>.h5            all that decides how the run goes on after `end` steps; its arrival is the commit
    *.tmp                    unfinished; of no use to anybody

A file gets there complete, or not at all: it is written under another name, brought to disk, and renamed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from neuroplast.errors import DataError
from neuroplast.recording.schema import FORMAT

DESCRIPTION = "run.json"
UNFINISHED = ".tmp"

_SEGMENT = re.compile(r"seg-(\d{10,})-(\d{10,})\.h5")
_CHECKPOINT = re.compile(r"ckpt-(\d{10,})\.h5")


@dataclass(frozen=True, order=True)
class Segment:
    """A segment by its name: it holds what was recorded after step `start` up to step `end`.

    What was recorded before the first step is in one that starts and ends at 0, and what was after the last step, in
    one that starts and ends there.
    """

    start: int
    end: int

    @property
    def name(self) -> str:
        """The file's name."""
        return f"seg-{self.start:010}-{self.end:010}.h5"


def checkpoint_name(step: int) -> str:
    """The name of the file with all state after so many steps."""
    return f"ckpt-{step:010}.h5"


def segments(folder: Path) -> list[Segment]:
    """The segments in a folder, in order."""
    return sorted(filter(None, map(as_segment, _names(folder))))


def as_segment(name: str) -> Segment | None:
    """The segment that a file of this name is; None where it is something else."""
    found = _SEGMENT.fullmatch(name)
    return Segment(int(found[1]), int(found[2])) if found else None


def missing(known: Sequence[Segment], last: Segment | None = None) -> str:
    """What is wrong, in words, where segments are not all from the first to `last`; empty where nothing is."""
    for before, after in pairwise([Segment(0, 0), *known]):
        if before.end != after.start:
            return gap(before.end, after)
    if last is not None and known[-1:] != [last]:
        return f"{last.name} is missing, or is not the last segment"
    return ""


def gap(end: int, after: Segment) -> str:
    """What is wrong where a segment does not begin at the step where the one before it ends."""
    if after.start > end:
        return f"the segment from step {end} to {after.start} is missing"
    return f"{after.name} begins before step {end}, where the segment before it ends"


def checkpoints(folder: Path) -> list[int]:
    """After how many steps there are checkpoints, in order."""
    found = (_CHECKPOINT.fullmatch(name) for name in _names(folder))
    return sorted(int(m[1]) for m in found if m)


def leftovers(folder: Path) -> list[str]:
    """The names of unfinished files."""
    return sorted(name for name in _names(folder) if name.endswith(UNFINISHED))


def is_unfinished(folder: Path) -> bool:
    """Whether a folder holds a run that has not been brought into one file."""
    return (folder / DESCRIPTION).is_file() or (folder.is_dir() and bool(segments(folder)))


def describe(folder: Path) -> dict[str, Any]:
    """What the folder says of its run; DataError where that cannot be read."""
    file = folder / DESCRIPTION
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"{file}: cannot be read ({error}); copy the folder again, or repeat the run"
        ) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise DataError(f"{file}: does not describe a run; name a run folder")
    return found


def write_description(folder: Path, description: dict[str, Any]) -> None:
    """Replace what the folder says of its run."""

    def write(path: Path) -> None:
        path.write_text(json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8")

    put(folder / DESCRIPTION, write)


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file under another name, and give it this one when it is on disk."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        write(unfinished)
        _to_disk(unfinished)
        unfinished.replace(path)
    except BaseException:
        remove(unfinished)
        raise
    _to_disk(path.parent)


def remove(path: Path) -> None:
    """Remove a file if it is there and can be."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _names(folder: Path) -> list[str]:
    return os.listdir(folder)


def _to_disk(path: Path) -> None:
    """Bring a file or a folder's list of names to disk, where the system can."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Finds and opens the files of a run, be it one file, or a folder that another process writes at this moment.

Nobody is asked and nothing is locked. The list of names is the index: a segment never changes, and an open one can be
read after it was removed. What can happen between looking at the names and opening the files is that segments go: a
run that is resumed takes back what came after its last commit, and a run that ends puts `run.h5` in their place. Then
the names are looked at again, until what was opened is what the folder held at one moment.
"""

from __future__ import annotations

import errno
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py

from neuroplast.errors import DataError
from neuroplast.recording import folder as folders
from neuroplast.recording import lock
from neuroplast.recording.damage import reading
from neuroplast.recording.folder import Segment
from neuroplast.recording.safety import check_safe
from neuroplast.recording.schema import RUN_FILE, RunState

SIGNATURE = b"\x89HDF\r\n\x1a\n"
TRIES, PAUSE_SECONDS = 40, 0.05
"""How often the names are looked at again while they change, and what is waited in between."""
GONE = (errno.ENOENT, errno.ESTALE)
REMEDY = "copy it again from where the run was made, or take what came before with open_run({path!r}, partial=True)"

Verify = Callable[[Any, Path], None]
"""Raises DataError where an open file is not what was written."""


@dataclass(frozen=True)
class Source:
    """The open files of a run.

    path: the file, or the folder of a run that has not ended. state: of such a run; None where the file says it.
    segments: which ones were opened, empty for a file. executions: how such a run came about, as JSON.
    damage: what was left out, and why; empty where nothing was.
    """

    path: Path
    paths: tuple[Path, ...]
    files: tuple[Any, ...]
    state: RunState | None = None
    segments: tuple[Segment, ...] = ()
    executions: str = ""
    damage: str = ""

    def close(self) -> None:
        """Free the files."""
        for file in self.files:
            file.close()


class _Moved(Exception):
    """The folder changed while it was opened; `reason` says what to tell if it never comes to rest."""

    def __init__(self, reason: DataError) -> None:
        self.reason = reason


def opened(path: Path, partial: bool = False, verify: Verify | None = None) -> Source:
    """Open a run by its folder, or by a file. DataError where it cannot be.

    partial: where a segment is missing or damaged, take those before it, and say so in `damage`.
    """
    for attempt in range(TRIES):
        try:
            return _opened_once(path, partial, verify)
        except _Moved as moved:
            reason = moved.reason
        time.sleep(PAUSE_SECONDS if attempt else 0)
    raise reason


def find_runs(folder: Path | str) -> list[Path]:
    """The run folders in a folder and below it, itself included, in the order in which people count.

    Empty where there is none. Links to folders are not followed.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError(f"{root}: is not a folder; name a folder of runs")
    with reading(root):
        found = {Path(at) for at, _, _ in os.walk(root) if is_run(Path(at))}
    return sorted(found, key=_counting)


def state_of(folder: Path, described: dict[str, Any] | None) -> RunState:
    """The state of a run that has not become one file: running while its writer lives, else as it was left.

    described: its `run.json`; None where that is not there, or cannot be read.
    """
    if lock.writer(folder) is not None:
        return "running"
    said = (described or {}).get("state")
    return "failed" if said == "failed" else "interrupted"


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run, be it complete, begun, or in segments."""
    return (folder / RUN_FILE).is_file() or folders.is_unfinished(folder)


def _counting(path: Path) -> list[tuple[int, str]]:
    """A key by which seed10 comes after seed9."""
    words = re.split(r"(\d+)", str(path))
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in words]


def _opened_once(path: Path, partial: bool, verify: Verify | None) -> Source:
    with reading(path):
        if path.is_file():
            return _one_file(path, verify)
        if not path.exists():
            raise DataError(f"{path}: does not exist; name a run folder, or its {RUN_FILE}")
        if (path / RUN_FILE).is_file():
            return _one_file(path / RUN_FILE, verify)
        if folders.is_unfinished(path):
            return _folder(path, partial, verify)
    raise _Moved(_none(path)) if (path / RUN_FILE).is_file() else _none(path)


def _none(path: Path) -> DataError:
    inside = find_runs(path) if path.is_dir() else []
    remedy = (
        f"name one of its {len(inside)} runs, such as {inside[0]}"
        if inside
        else "name a run folder"
    )
    return DataError(f"{path}: holds no {RUN_FILE} itself, nor segments of one; {remedy}")


def _one_file(path: Path, verify: Verify | None) -> Source:
    return Source(path, (path,), (_file(path, verify),))


def _file(path: Path, verify: Verify | None) -> Any:
    """An open file that is safe to read. DataError, or FileNotFoundError where it is gone."""
    if not os.path.lexists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    with reading(path):
        with path.open("rb") as raw:
            if raw.read(len(SIGNATURE)) != SIGNATURE:
                raise DataError(f"{path}: is not an HDF5 file; name the {RUN_FILE} of a run")
        file = h5py.File(path, "r")
        try:
            check_safe(file, path)
            if verify is not None:
                verify(file, path)
        except BaseException:
            file.close()
            raise
        return file


# -- a run in segments ---------------------------------------------------------------------------------------------


def _folder(path: Path, partial: bool, verify: Verify | None) -> Source:
    described, known = _described(path, partial), folders.segments(path)
    if not known:
        return _begun(path, described)
    whole, damage = _chain(path, known)
    if damage and not partial:
        complaint = DataError(f"{path}: {damage}; {REMEDY.format(path=str(path))}")
        raise _Moved(complaint) if lock.writer(path) else complaint
    files: list[Any] = []
    with ExitStack() as stack:
        before = _stamps(path, whole)
        for segment in whole:
            try:
                files.append(_segment(path, segment, verify))
            except (DataError, FileNotFoundError) as error:
                if not (path / segment.name).is_file():
                    raise _Moved(_vanished(path, segment)) from None
                if not partial:
                    raise _damaged(path, segment, error) from error
                damage = str(error)
                break
            stack.callback(files[-1].close)
        if _stamps(path, whole) != before:
            raise _Moved(_vanished(path, whole[0]))
        stack.pop_all()
    if not files:
        raise DataError(f"{path}: nothing in it can be read: {damage}")
    return Source(
        path,
        tuple(path / segment.name for segment in whole[: len(files)]),
        tuple(files),
        state_of(path, described),
        tuple(whole[: len(files)]),
        json.dumps((described or {}).get("executions", []), ensure_ascii=False),
        damage,
    )


def _chain(path: Path, known: Sequence[Segment]) -> tuple[list[Segment], str]:
    """The segments up to the first gap, and what is wrong there, in words; empty where there is none."""
    whole: list[Segment] = []
    end = 0
    for segment in known:
        if segment.start != end:
            return whole, folders.gap(end, segment)
        whole.append(segment)
        end = segment.end
    committed = folders.checkpoints(path)
    if committed and committed[-1] > end:
        return (
            whole,
            f"segments after step {end} are missing, since a checkpoint is at step {committed[-1]}",
        )
    return whole, ""


def _segment(path: Path, segment: Segment, verify: Verify | None) -> Any:
    file = _file(path / segment.name, verify)
    said = tuple(file.attrs.get(name) for name in ("segment_start", "segment_end"))
    if said != (segment.start, segment.end):
        file.close()
        raise DataError(
            f"{path / segment.name}: says that it goes from step {said[0]} to {said[1]}, so it was renamed; "
            "copy the folder again"
        )
    return file


def _damaged(path: Path, segment: Segment, error: Exception) -> DataError:
    told = str(error).removesuffix("; copy it again, or repeat the run")
    return DataError(
        f"{told}; it holds steps {segment.start} to {segment.end}: {REMEDY.format(path=str(path))}"
    )


def _vanished(path: Path, segment: Segment) -> DataError:
    return DataError(
        f"{path}: {segment.name} went while the folder was opened, again and again; try again when the run is quiet"
    )


def _stamps(path: Path, known: Sequence[Segment]) -> list[tuple[int, int, int]]:
    """What tells each file from another that came under its name."""
    found = []
    for segment in known:
        try:
            told = (path / segment.name).stat()
        except OSError as error:
            if error.errno in GONE:
                raise _Moved(_vanished(path, segment)) from None
            raise
        found.append((told.st_ino, told.st_size, told.st_mtime_ns))
    return found


def _described(path: Path, partial: bool) -> dict[str, Any] | None:
    """What the folder says of its run, if it says anything."""
    if not (path / folders.DESCRIPTION).is_file():
        return None
    try:
        return folders.describe(path)
    except DataError as error:
        if (path / RUN_FILE).is_file():
            raise _Moved(error) from None
        if partial and folders.segments(path):
            return None
        raise


def _begun(path: Path, described: dict[str, Any] | None) -> Source:
    """A run that has committed nothing: what its description says, as a file in memory."""
    from neuroplast.recording.recorder import Header
    from neuroplast.recording.runfile import RunFile

    if described is None:
        raise _Moved(_none(path))
    file = folders.DESCRIPTION
    with reading(path / file):
        content = RunFile(Header.from_plain(described["header"])).finish("running", 0)
    with suppress(OSError):
        if (path / RUN_FILE).is_file() or folders.segments(path):
            raise _Moved(_none(path))
    made = h5py.File(BytesIO(content), "r")
    executions = json.dumps(described.get("executions", []), ensure_ascii=False)
    return Source(path, (path / file,), (made,), state_of(path, described), (), executions)

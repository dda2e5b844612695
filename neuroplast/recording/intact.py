"""Whether a file is what was written: it is read whole, and compared with its own checksums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import h5py

from neuroplast.errors import DataError
from neuroplast.recording import manifest
from neuroplast.recording.damage import UNREADABLE
from neuroplast.recording.guard import answers
from neuroplast.recording.safety import check_safe


def check_intact(path: Path) -> None:
    """DataError where a segment, a checkpoint, or the file of a run is not what was written; all of it is read."""
    try:
        with h5py.File(path, "r") as file:
            check_safe(file, path)
            wrong = manifest.differences(file)
    except UNREADABLE as error:
        raise DataError(_damaged(path, str(error).partition("\n")[0])) from error
    if wrong:
        raise DataError(_damaged(path, f"{wrong[0]} is not what was written"))


def damaged(paths: Iterable[Path]) -> dict[Path, str]:
    """What is wrong with those files that are not what was written.

    They may come from elsewhere, and are read by a process of its own, which such a file may crash.
    """
    asked = answers("intact", [{"path": str(path)} for path in paths])
    return {Path(found.item["path"]): found.error for found in asked if found.error}


def intact(path: str) -> Iterator[None]:
    """Nothing, or DataError; the job that `damaged` asks for."""
    check_intact(Path(path))
    yield from ()


def _damaged(path: Path, found: str) -> str:
    return (
        f"{path}: is damaged ({found}); if there is a copy of it, bring that back, and "
        f"neuroplast resume {path.parent}"
    )

"""Checks one file: whether it can be read, is safe to read, is laid out as it should be, and holds what was written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import h5py

from neuroplast.errors import DataError
from neuroplast.recording import verification
from neuroplast.recording.check.finding import Finding, Severity
from neuroplast.recording.check.layout import wrong_layout
from neuroplast.recording.check.values import odd_values
from neuroplast.recording.damage import UNREADABLE, reading, shown
from neuroplast.recording.opening import SIGNATURE
from neuroplast.recording.safety import find_unsafe
from neuroplast.recording.schema import FORMAT

CHECKPOINT = "neuroplast-checkpoint"
MOST = 100
"""So many unsafe things of one file are told of, at most."""
COPY = "copy it again, or repeat the run"


def found_in_file(path: str) -> Iterator[dict[str, str]]:
    """All that is wrong with a file, as plain data."""
    for severity, place, what, remedy in _found(Path(path)):
        yield Finding(severity, path, place, what, remedy).plain()


def _found(path: Path) -> Iterator[tuple[Severity, str, str, str]]:
    try:
        with reading(path):
            with path.open("rb") as raw:
                start = raw.read(len(SIGNATURE))
            if start != SIGNATURE:
                raise DataError(f"{path}: is not an HDF5 file; {COPY}")
            with h5py.File(path, "r") as file:
                yield from _in_open(file, path.stat().st_size)
    except DataError as error:
        what, _, remedy = str(error).removeprefix(f"{path}: ").partition("; ")
        yield Severity.critical, "", what, remedy


def _in_open(file: Any, size: int) -> Iterator[tuple[Severity, str, str, str]]:
    unsafe = list(islice(find_unsafe(file, size), MOST))
    for what in unsafe:
        yield (
            Severity.critical,
            "",
            what,
            "it does not come from neuroplast as it is: do not open it",
        )
    if unsafe:
        return
    said = file.attrs.get("format")
    if said not in (FORMAT.encode(), CHECKPOINT.encode()):
        yield (
            Severity.critical,
            "/",
            f"is not the file of a run: its format is {said!r}",
            "name a run",
        )
        return
    yield from _differences(file)
    if said == FORMAT.encode():
        yield from _each(wrong_layout(file))
        yield from _each(odd_values(file))


def _differences(file: Any) -> Iterator[tuple[Severity, str, str, str]]:
    """What the checksums tell; a group that has none at all is told of too."""
    try:
        for place, what in verification.differences(file):
            yield Severity.error, place, what, COPY
        if "manifest" not in file["provenance"]:
            said = "has no checksum for each data set, as files of format 1.0"
            yield Severity.note, "/provenance", said, "nothing: its one checksum was compared"
    except UNREADABLE as error:
        yield (
            Severity.critical,
            "/provenance",
            f"has no checksums that can be read ({_said(error)})",
            COPY,
        )


def _each(
    found: Iterator[tuple[Severity, str, str, str]],
) -> Iterator[tuple[Severity, str, str, str]]:
    """What is found up to where nothing more can be read, and that."""
    try:
        yield from found
    except UNREADABLE as error:
        yield Severity.error, "", f"cannot be read further ({_said(error)})", COPY


def _said(error: BaseException) -> str:
    return shown(str(error).partition("\n")[0])

"""Checks the folder of a run: what is in it, what is missing, what was left behind, and if its segments are one run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py

from neuroplast.errors import DataError
from neuroplast.recording import folder as folders
from neuroplast.recording import lock
from neuroplast.recording.check.finding import Finding, Severity
from neuroplast.recording.damage import UNREADABLE, shown
from neuroplast.recording.digest import fingerprint
from neuroplast.recording.folder import Segment
from neuroplast.recording.opening import state_of
from neuroplast.recording.safety import find_unsafe
from neuroplast.recording.schema import RUN_FILE

Wrong = tuple[Severity, str, str, str]

CLEAR = "neuroplast resume {path} removes it"
OF_ALL = ("scenario", "provenance/packages", "provenance/plugins", "provenance/data")
"""What all segments of a run have alike."""


def found_in_folder(path: str) -> Iterator[dict[str, str]]:
    """All that is wrong with the folder of a run, as plain data; its files are looked at one by one elsewhere."""
    for severity, name, what, remedy in _found(Path(path)):
        yield Finding(severity, path, name, what, remedy.format(path=path)).plain()


def _found(path: Path) -> Iterator[Wrong]:
    writer = lock.writer(path)
    known = folders.segments(path)
    if writer is not None:
        yield (
            Severity.note,
            lock.LOCK,
            f"is being written by {writer}",
            "check it again when it ends",
        )
    elif (path / lock.LOCK).exists():
        what = "is the lock of a process that is gone"
        yield Severity.warning, lock.LOCK, what, CLEAR
    if writer is None:
        for name in folders.leftovers(path):
            yield Severity.warning, shown(name), "was not finished", CLEAR
    if (path / RUN_FILE).is_file():
        yield from _beside(path, known)
        return
    yield from _state(path)
    yield from _chain(path, known)
    yield from _alike(path, known)


def _beside(path: Path, known: Sequence[Segment]) -> Iterator[Wrong]:
    """What is left beside the one file of a complete run."""
    left = [segment.name for segment in known]
    left += [folders.checkpoint_name(step) for step in folders.checkpoints(path)]
    left += [folders.DESCRIPTION] if (path / folders.DESCRIPTION).is_file() else []
    for name in left:
        yield Severity.note, name, f"is left beside {RUN_FILE}, which has all of it", CLEAR


def _state(path: Path) -> Iterator[Wrong]:
    described: dict[str, Any] | None = None
    try:
        described = folders.describe(path)
    except DataError as error:
        what, _, remedy = str(error).partition(": ")[2].rpartition("; ")
        yield Severity.error, folders.DESCRIPTION, shown(what), remedy
    state = state_of(path, described)
    if state == "running":
        return
    resumed = f"neuroplast resume {path} goes on from its last commit"
    committed = folders.checkpoints(path)
    if not committed:
        resumed = f"neuroplast resume {path} starts it over, since it has no checkpoint"
    yield Severity.warning, "", f"holds a run that was {state}", resumed


def _chain(path: Path, known: Sequence[Segment]) -> Iterator[Wrong]:
    """Every gap between segments."""
    end = 0
    for segment in known:
        if segment.start != end:
            yield Severity.error, segment.name, folders.gap(end, segment), MISSING
        end = max(end, segment.end)
    for step in folders.checkpoints(path):
        if step > end:
            name = folders.checkpoint_name(step)
            yield (
                Severity.error,
                name,
                f"the segments from step {end} to {step} are missing",
                MISSING,
            )
    if not known:
        yield (
            Severity.warning,
            "",
            "holds no segment: nothing was committed",
            "neuroplast resume {path} starts it over",
        )


MISSING = "copy the folder again from where the run was made; open_run(..., partial=True) gives what came before"


def _alike(path: Path, known: Sequence[Segment]) -> Iterator[Wrong]:
    """Segments of another run, or under another name; those that cannot be read are told of elsewhere."""
    first: dict[str, str] = {}
    for segment in known:
        try:
            with h5py.File(path / segment.name, "r") as file:
                if next(find_unsafe(file, os.path.getsize(path / segment.name)), None):
                    continue
                said = (file.attrs.get("segment_start"), file.attrs.get("segment_end"))
                found = {place: fingerprint(file[place]) for place in OF_ALL if place in file}
                found["scenario/config_json"] = fingerprint(file["scenario/config_json"])
        except UNREADABLE:
            continue
        if said != (segment.start, segment.end):
            what = f"says that it goes from step {said[0]} to {said[1]}"
            yield (
                Severity.error,
                segment.name,
                what,
                "give it back its name, or copy the folder again",
            )
        first = first or found
        for place in first:
            if found.get(place) != first[place]:
                what = f"has another /{place} than {known[0].name}"
                yield (
                    Severity.error,
                    segment.name,
                    what,
                    "it is of another run: copy the folder again",
                )

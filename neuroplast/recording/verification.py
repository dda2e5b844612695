"""Compares a file with the checksums that it carries: what differs, and where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

from neuroplast.errors import DataError
from neuroplast.recording import manifest
from neuroplast.recording.damage import UNREADABLE, shown
from neuroplast.recording.digest import content_sha256, fingerprint, nodes

WHOLE = "/"


def check(file: Any, path: Path) -> None:
    """DataError where the file is not what was written; it names what differs."""
    for place, what in differences(file):
        where = "its content" if place == WHOLE else place
        raise DataError(f"{path}: {where} {what}; copy it again, or repeat the run")


def differences(file: Any) -> Iterator[tuple[str, str]]:
    """Every group and data set that is not as it was written, and what is wrong with it.

    A file of format 1.0 has one checksum for all of it, so what differs is not told there.
    """
    written = manifest.read(file)
    if written is None:
        yield from _whole(file)
        return
    before = {place: digest for digest, _, place in (line.partition("  ") for line in written)}
    for place, node in nodes(file):
        if place not in manifest.LEFT_OUT:
            yield from _one(place, node, before.pop(place, None))
    for place in before:
        yield shown(place), "is missing"


def _one(place: str, node: Any, before: str | None) -> Iterator[tuple[str, str]]:
    kind = "data set" if isinstance(node, h5py.Dataset) else "group"
    try:
        now = fingerprint(node)
    except UNREADABLE as error:
        yield shown(place), f"cannot be read ({shown(str(error).partition(chr(10))[0])})"
        return
    if before is None:
        yield shown(place), f"is a {kind} that was not there when the file was written"
    elif now != before:
        yield shown(place), f"is a {kind} that is not what was written (its sha256 differs)"


def _whole(file: Any) -> Iterator[tuple[str, str]]:
    said = file["provenance"].attrs["content_sha256"]
    try:
        found = content_sha256(file)
    except UNREADABLE as error:
        yield WHOLE, f"cannot be read ({shown(str(error).partition(chr(10))[0])})"
        return
    if said and bytes(said).decode("ascii", "replace") != found:
        yield (
            WHOLE,
            "is not what was written (content_sha256 differs; format 1.0 does not tell where)",
        )

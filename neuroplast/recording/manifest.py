"""What every group and data set of a file held when it was closed, so that a flipped bit is found and named.

A line for each: the SHA-256 of its attributes and values, and its path. The lines lie in `/provenance/manifest`, the
only thing that they leave out.
"""

from __future__ import annotations

from typing import Any

from neuroplast.recording import schema
from neuroplast.recording.digest import fingerprint, nodes
from neuroplast.recording.schema import Label

HOME = "provenance"
MANIFEST = "manifest"
LEFT_OUT = (f"/{HOME}/{MANIFEST}", f"/{HOME}/manifest_line")


def lines(file: Any) -> list[str]:
    """`sha256  path` of every group and data set, in the order of their paths."""
    return [f"{fingerprint(node)}  {path}" for path, node in nodes(file) if path not in LEFT_OUT]


def write(file: Any) -> None:
    """Add the manifest to a file that is otherwise finished."""
    # Adding it makes its group hold one thing more, which no fingerprint covers: a group's are its attributes.
    schema.add_texts(file[HOME], MANIFEST, "manifest_line", lines(file), Label("sha256 and path"))


def read(file: Any) -> list[str] | None:
    """The manifest of a file; None in one of a version that had none."""
    group = file[HOME]
    if MANIFEST not in group:
        return None
    return [bytes(line).decode("utf-8") for line in group[MANIFEST][:]]


def differences(file: Any) -> list[str]:
    """The paths that are not as the manifest says: other content, gone, or new. Empty where there is no manifest."""
    written = read(file)
    if written is None:
        return []
    before = {path: digest for digest, _, path in (line.partition("  ") for line in written)}
    now = {path: digest for digest, _, path in (line.partition("  ") for line in lines(file))}
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))

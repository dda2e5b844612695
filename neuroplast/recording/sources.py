"""The local plugin files that a record holds by their text."""

from __future__ import annotations

from neuroplast.errors import DataError
from neuroplast.recording.joined import text
from neuroplast.recording.recorder import SourceFile
from neuroplast.recording.recording import Recording


def source_files(recording: Recording) -> tuple[SourceFile, ...]:
    """The files that the run had parts from; their code is of whoever made the record, and is not run here.

    DataError where a text does not have the sha256 that the record says it has.
    """
    listed = recording.root.group("provenance").arrays.get("files")
    found = []
    for number, line in enumerate([] if listed is None else listed[:].tolist()):
        digest, _, name = text(line).partition("  ")
        kept = recording.root.group("scenario").group("files").array(str(number))
        source = SourceFile(name, text(kept[()].item()))
        if source.sha256 != digest:
            raise DataError(
                f"{recording.path}: local file {number} ({name!r}) has sha256 {source.sha256}, and had {digest}; "
                "copy the record again, or repeat the run"
            )
        found.append(source)
    return tuple(found)

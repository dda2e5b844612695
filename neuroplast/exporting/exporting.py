"""Exports a run: complete or not at all, and over nothing that is there unless that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from neuroplast.errors import ConfigurationError, DataError
from neuroplast.exporting.format import Options, format_named
from neuroplast.recording.reader import open_run


def export(
    path: str | Path,
    to: str,
    out: str | Path,
    *,
    step: int | None = None,
    form: Literal["wide", "long"] | None = None,
    force: bool = False,
) -> list[Path]:
    """Write a run in another format to `out`, a file or a folder as the format has it; return what was written.

    Of a run that is going on or was stopped, what was committed. step: the snapshot, where a format takes one. form: of
    tables. force: replace files of the same names; others in a folder stay.
    Raises ConfigurationError for what cannot be meant, or where something would be overwritten; DataError where the run
    cannot be read, or the target not be written.
    """
    chosen, options, target = format_named(to), Options(step, form), Path(out)
    chosen.check(options)
    with _told(target):
        _check_target(target, chosen.makes, force)
        with (
            open_run(path) as recording,
            TemporaryDirectory(dir=target.parent, prefix=".neuroplast-export-") as made,
        ):
            if chosen.makes == "file":
                chosen.write(recording, Path(made) / target.name, options)
                pairs = [(Path(made) / target.name, target)]
            else:
                chosen.write(recording, Path(made), options)
                pairs = [(file, target / file.name) for file in sorted(Path(made).iterdir())]
            return _moved(pairs, force)


def _check_target(target: Path, makes: str, force: bool) -> None:
    if not target.parent.is_dir():
        raise ConfigurationError(
            f"--out {target}: is in a folder that is not there; make that folder, or give another target"
        )
    if makes == "file" and target.is_dir():
        raise ConfigurationError(f"--out {target}: is a folder; give a file")
    if makes == "folder" and target.exists() and not target.is_dir():
        raise ConfigurationError(f"--out {target}: is a file; give a folder")
    if makes == "file":
        _check_free([target], force)


def _check_free(targets: list[Path], force: bool) -> None:
    there = [target for target in targets if target.exists() or target.is_symlink()]
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise ConfigurationError(
            f"{there[0]}{more}: is there already; give another --out, or --force to replace it"
        )


def _moved(pairs: list[tuple[Path, Path]], force: bool) -> list[Path]:
    """Put files where they belong."""
    targets = [target for _, target in pairs]
    _check_free(targets, force)
    for made, target in pairs:
        target.parent.mkdir(exist_ok=True)
        made.replace(target)
    return targets


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Say what is wrong where the target cannot be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            f"--out {target}: cannot be written ({reason}); free some space, or give another target"
        ) from error

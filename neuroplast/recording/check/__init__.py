"""Whether a run is whole and honest: every file of it is looked at, and all that is wrong is told, not the first.

It looks at safety, layout, checksums and values of each file, and at what is in the folder. Files are read in a process
of their own (guard.py), so that those from strangers can be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from neuroplast.errors import DataError
from neuroplast.recording import folder as folders
from neuroplast.recording import guard
from neuroplast.recording.check.finding import Finding, Severity
from neuroplast.recording.opening import find_runs
from neuroplast.recording.schema import RUN_FILE

__all__ = ["Finding", "Severity", "check", "files_of"]


def check(path: Path | str) -> Iterator[Finding]:
    """All that is wrong with a run, or with each run of a folder; nothing where all is well.

    path: a run folder, a folder of runs, or a file of a run. DataError where there is none.
    """
    target = Path(path)
    if target.is_file():
        yield from _asked("check file", [target])
        return
    if not target.exists():
        raise DataError(f"{target}: does not exist; name a run folder, or its {RUN_FILE}")
    runs = find_runs(target)
    if not runs:
        raise DataError(f"{target}: holds no run; name a run folder, or a folder of runs")
    yield from _asked("check folder", runs)
    yield from _asked("check file", [file for run in runs for file in files_of(run)])


def files_of(run: Path) -> list[Path]:
    """The files of a run folder that are read: segments and checkpoints, and the file that they become."""
    names = [segment.name for segment in folders.segments(run)]
    names += [folders.checkpoint_name(step) for step in folders.checkpoints(run)]
    return [run / name for name in ([RUN_FILE] if (run / RUN_FILE).is_file() else []) + names]


def _asked(job: str, paths: list[Path]) -> Iterator[Finding]:
    for found in guard.answers(job, [{"path": str(path)} for path in paths]):
        if found.error:
            what = found.error.removeprefix(f"{found.item['path']}: ")
            said, _, remedy = what.rpartition("; ")
            yield Finding(Severity.critical, str(found.item["path"]), "", said or what, remedy)
        else:
            yield Finding.from_plain(found.given)

"""Running a recorded run again from its file alone, and telling whether the same came out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from neuroplast.analysis.difference import Difference, find_differences
from neuroplast.computing import Computing, computing
from neuroplast.drafts import draft
from neuroplast.errors import DataError
from neuroplast.execution import (
    Prepared,
    learned,
    listening,
    prepared_run,
)
from neuroplast.local_files import files_loaded
from neuroplast.precision import precision_of
from neuroplast.recording.damage import shown
from neuroplast.recording.reader import open_run
from neuroplast.recording.recording import Recording
from neuroplast.recording.writer import RunRecorder
from neuroplast.resuming import device_like
from neuroplast.runs import new_folder

MATTERS = ("neuroplast", "python", "device", "cpu_threads", "platform", "git_commit", "git_dirty")
"""What results may depend on beside packages and parts, by its name in the provenance."""


@dataclass(frozen=True)
class Comparison:
    """A run, and what came out when it was run again.

    identical: whether all that was recorded is the same to the bit, as the two `content_sha256` say.
    differences: the first of each series, state, metric and event, in order. reasons: what is not as it was.
    path: the recorded run; again: the new one, None where its folder was a temporary one.
    """

    path: Path
    again: Path | None
    identical: bool
    recorded_sha256: str
    again_sha256: str
    differences: tuple[Difference, ...]
    reasons: tuple[str, ...]

    @property
    def first(self) -> Difference | None:
        """The first difference; None where there is none."""
        return next(iter(self.differences), None)


def rerun(
    path: str | Path,
    out: str | Path | None = None,
    *,
    trust_plugins: bool = False,
    device: str | None = None,
    threads: int | None = None,
    precision: str | None = None,
    eager: bool = False,
    listeners: Sequence[object] = (),
    tell: Callable[[str], object] | None = None,
) -> Comparison:
    """Run a recorded run again in the new folder `out`, and compare; without one, in a temporary folder.

    Scenario, seed, condition, threads, precision and the kind of device are those of the record, but for what is given
    here. eager: see `run`.
    trust_plugins: run the code of local plugin files that the record holds. It is that of whoever made the record, and
    may do anything that you may. A file with the same text given with --plugin is trusted without.
    tell: hears in words what is done, on stderr by default.
    Raises ConfigurationError where code would have to be trusted, DataError where the record is damaged or has not
    ended, or where the stimuli are not those that it was made with.
    """
    tell = tell or _to_stderr
    with open_run(path, verify=True) as recording:
        _check_ended(recording)
        count = threads or int(recording.provenance["cpu_threads"])
        where = device or device_like(str(recording.provenance["device"]))
        exactly = precision or precision_of(recording.provenance)
        with (
            files_loaded(recording.path, recording.files, trust_plugins, tell),
            computing(where, count, exactly, eager) as on,
            listening(listeners),
            _folder(recording.title, out) as folder,
        ):
            prepared = _prepared(recording, folder, on)
            recorder = RunRecorder(folder, prepared.scenario.record.commit)
            recorder.start(prepared.header)
            learned(prepared, recorder)
            with open_run(folder) as again:
                return _compared(recording, again, folder if out is not None else None)


def _check_ended(recording: Recording) -> None:
    if recording.state != "complete":
        raise DataError(
            f"{recording.path}: is {recording.state} after {recording.steps_done} of {recording.steps_total} steps, "
            f"so there is no end to compare with; first: neuroplast resume {recording.path}"
        )


def _prepared(recording: Recording, folder: Path, on: Computing) -> Prepared:
    """The run, ready to begin; DataError where its stimuli are not those of the record."""
    scenario = draft(recording.scenario).resolve()
    prepared = prepared_run(
        recording.title, scenario, recording.condition, recording.seed, folder, on
    )
    was, now = recording.data["sha256"], prepared.header.data["sha256"]
    if was != now:
        raise DataError(
            f"{recording.path}: stimuli {recording.data['name']} have sha256 {now}, and the run was made with {was}; "
            "bring back the data that it had"
        )
    return prepared


def _compared(recording: Recording, again: Recording, folder: Path | None) -> Comparison:
    differences = find_differences(recording, again)
    was, now = (str(r.provenance["content_sha256"]) for r in (recording, again))
    return Comparison(
        path=recording.path,
        again=folder,
        identical=was == now and not differences,
        recorded_sha256=was,
        again_sha256=now,
        differences=differences,
        reasons=tuple(_reasons(recording, again)),
    )


def _reasons(was: Recording, now: Recording) -> Iterator[str]:
    """What results may depend on and is not as it was, in words."""
    for what, labels in (
        ("package", (was.packages, now.packages)),
        ("part", (was.parts, now.parts)),
    ):
        ours, theirs = ({n.partition("==")[0]: n.partition("==")[2] for n in of} for of in labels)
        for name in dict.fromkeys([*ours, *theirs]):
            if ours.get(name) != theirs.get(name):
                yield f"{what} {name}: {ours.get(name, 'none')} recorded, {theirs.get(name, 'none')} now"
    for name in MATTERS:
        one, other = (str(r.provenance.get(name, "")) for r in (was, now))
        if one != other:
            yield f"{name}: {one or 'unknown'} recorded, {other or 'unknown'} now"
    exactly, again = precision_of(was.provenance), precision_of(now.provenance)
    if exactly != again:
        yield f"precision: {exactly} recorded, {again} now"
    if '"forced"' in (executions := str(was.provenance.get("executions", ""))):
        yield f"the record was resumed with --force, under other conditions: {shown(executions)}"


@contextmanager
def _folder(title: str, out: str | Path | None) -> Iterator[Path]:
    """The new folder that was asked for; or a temporary one, which is removed."""
    if out is not None:
        yield new_folder(title, out)
        return
    with TemporaryDirectory(prefix="neuroplast-rerun-") as name:
        yield Path(name)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr)

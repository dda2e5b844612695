"""Going on with runs that were stopped: from their last commit, to the same numbers as if they had not been."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from neuroplast.computing import computing
from neuroplast.drafts import draft
from neuroplast.errors import ConfigurationError, DataError
from neuroplast.execution import (
    Prepared,
    execute,
    learned,
    listening,
    prepared_run,
)
from neuroplast.parallel import ended
from neuroplast.precision import precision_of
from neuroplast.recording import checkpoint
from neuroplast.recording import folder as folders
from neuroplast.recording.folder import Segment
from neuroplast.recording.intact import damaged
from neuroplast.recording.lock import LOCK, Lock
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import Header
from neuroplast.recording.schema import RUN_FILE
from neuroplast.recording.writer import RunRecorder, clear
from neuroplast.results import Run, RunSet, write_results
from neuroplast.runset import Member, PlannedSet, read_set

HAD = ("cpu_threads", "device", "platform")
"""What is in the provenance and decides results."""


@dataclass(frozen=True)
class Commit:
    """Where a run can go on. state: of a checkpoint. segment: the last that holds what was recorded before."""

    step: int
    segment: Segment
    state: Mapping[str, Any]


def resume(
    path: str | Path,
    *,
    force: bool = False,
    device: str | None = None,
    threads: int | None = None,
    precision: str | None = None,
    eager: bool = False,
    listeners: Sequence[object] = (),
    tell: Callable[[str], object] | None = None,
) -> Run:
    """Go on with a run that was stopped, killed, or failed; one that is complete is given back as it is.

    device, threads, precision: as it had by default, since results depend on them. force: go on although plugins,
    versions or one of these are others than it had; the record then says so, and does not claim to equal an
    uninterrupted run. eager: see `run`.
    tell: hears in words from where it goes on. Without a commit it starts over.
    Raises DataError where the folder cannot be used, ConfigurationError where it is another's run to go on.
    """
    tell = tell or _to_stderr
    folder = Path(path).parent if Path(path).name == RUN_FILE else Path(path)
    if (folder / RUN_FILE).is_file():
        tell(f"{folder}: is complete; there is nothing to resume")
        _tidy(folder)
        return finished(folder)
    if not folders.is_unfinished(folder):
        raise DataError(f"{folder}: holds no run that was stopped; name a run folder")
    recorder = RunRecorder(folder)
    recorder.lock()
    try:
        header, before = _described(folder)
        commit = last_commit(folder, tell)
        count = threads or int(header.provenance["cpu_threads"])
        where = device or device_like(str(header.provenance["device"]))
        exactly = precision or precision_of(header.provenance)
        with computing(where, count, exactly, eager) as on, listening(listeners):
            scenario = draft(header.scenario).resolve()
            recorder.seconds = scenario.record.commit
            prepared = prepared_run(
                header.title, scenario, header.condition, header.seed, folder, on
            )
            differing = differences(header, prepared.header)
            _agree(folder, differing, force)
            executions = [*before, _execution(prepared, commit, differing)]
            recorder.resume(header, executions, commit.segment if commit else None)
            tell(
                f"{folder}: goes on after step {commit.step} of {header.steps_total}"
                if commit
                else f"{folder}: starts over, since it was stopped before its first commit"
            )
            return learned(prepared, recorder, commit.state if commit else None)
    finally:
        recorder.unlock()


def resume_set(
    path: str | Path,
    *,
    force: bool = False,
    device: str | None = None,
    threads: int | None = None,
    precision: str | None = None,
    eager: bool = False,
    jobs: int = 1,
    listeners: Sequence[object] = (),
    tell: Callable[[str], object] | None = None,
) -> RunSet:
    """Complete a set of runs: go on with those that were stopped, and run those that had not begun.

    jobs: so many at once, each in a process of its own; the numbers are the same.
    """
    folder = Path(path)
    planned = read_set(folder)
    found = {m: finished(folder / m.folder) for m in planned.runs if _is_complete(folder, m)}
    left = [member for member in planned.runs if member not in found]
    wish = _Wish(force, device, threads, precision, eager)
    tasks = [partial(_completed, folder, planned, member, wish) for member in left]
    done = _kept(folder, planned, found)
    for n, run in ended(tasks, jobs, listeners, tell or _to_stderr):
        found[left[n]] = run
        done = _kept(folder, planned, found)
    return done


def _kept(folder: Path, planned: PlannedSet, found: Mapping[Member, Run]) -> RunSet:
    """The runs so far, in the order in which they were planned, with their results written down."""
    done = [found[member] for member in planned.runs if member in found]
    if done:
        write_results(folder / "results.json", planned.title, done)
    return RunSet(planned.title, folder, done)


class _Wish(NamedTuple):
    """How to go on with runs."""

    force: bool
    device: str | None
    threads: int | None
    precision: str | None
    eager: bool


def _is_complete(folder: Path, member: Member) -> bool:
    return (folder / member.folder / RUN_FILE).is_file()


def _completed(
    folder: Path,
    planned: PlannedSet,
    member: Member,
    wish: _Wish,
    listeners: Sequence[object],
    tell: Callable[[str], object],
) -> Run:
    """A run of a set, brought to its end."""
    run = folder / member.folder
    if folders.is_unfinished(run):
        return resume(run, **wish._asdict(), listeners=listeners, tell=tell)
    tell(f"{run}: had not begun, and begins")
    run.mkdir(exist_ok=True)
    scenario = draft({**planned.scenarios[member.condition], "seeds": [member.seed]}).resolve()
    where, count = wish.device or planned.device, wish.threads or planned.threads
    exactly = wish.precision or planned.precision
    with computing(where, count, exactly, wish.eager) as on, listening(listeners):
        return execute(planned.title, scenario, member.condition, member.seed, run, on)


def finished(folder: Path) -> Run:
    """A complete run as it was recorded."""
    with open_run(folder) as recording:
        results = {
            group: {name: float(samples.values[-1]) for name, samples in metrics.items()}
            for group, metrics in recording.metrics.items()
        }
        health = [event.message for event in recording.events if event.kind == "health"]
        return Run(recording.title, recording.condition, recording.seed, folder, results, health)


def last_commit(folder: Path, tell: Callable[[str], object]) -> Commit | None:
    """The newest checkpoint that is whole and whose segments are; one that is not is told of.

    None where nothing was committed. DataError where something was, and none of it can be gone on from.
    """
    known = folders.segments(folder)
    kept = {step: folder / folders.checkpoint_name(step) for step in folders.checkpoints(folder)}
    wrong = damaged([*kept.values(), *(folder / segment.name for segment in known)])
    for step, path in reversed(kept.items()):
        try:
            _refuse([path], wrong)
            found, name, state = checkpoint.load(path)
            upto = [segment for segment in known if segment.name <= name]
            if missing := folders.missing(upto, folders.as_segment(name)):
                raise DataError(f"{folder}: {missing}")
            _refuse([folder / segment.name for segment in upto], wrong)
        except DataError as error:
            tell(f"{error}; so the state after step {step} is not used")
            continue
        return Commit(found, upto[-1], state)
    if kept or any(segment.end for segment in known):
        raise DataError(
            f"{folder}: has no checkpoint from which the run could go on; what was recorded is left as it is, see "
            "`neuroplast inspect`: bring back the files that are missing, or run it again in another folder"
        )
    return None


def _refuse(paths: Sequence[Path], wrong: Mapping[Path, str]) -> None:
    """DataError where something is wrong with one of the files."""
    for path in paths:
        if path in wrong:
            raise DataError(wrong[path])


def differences(was: Header, now: Header) -> list[str]:
    """What decides results and is not as it was, in words; DataError where the stimuli are others."""
    if was.data["sha256"] != now.data["sha256"]:
        raise DataError(
            f"stimuli {was.data['name']}: have sha256 {now.data['sha256']}, the run had {was.data['sha256']}; "
            "bring back the data that it had"
        )
    found = []
    files = [tuple(f"{f.name} ({f.sha256[:12]})" for f in header.files) for header in (was, now)]
    for what, one, other in (
        ("package", was.packages, now.packages),
        ("part", was.parts, now.parts),
        ("local file", *files),
    ):
        found += [f"{what} {text}: is gone" for text in one if text not in other]
        found += [f"{what} {text}: is new" for text in other if text not in one]
    for name in HAD:
        if was.provenance[name] != now.provenance[name]:
            found.append(f"{name}: {now.provenance[name]}, was {was.provenance[name]}")
    one, other = precision_of(was.provenance), precision_of(now.provenance)
    if one != other:
        found.append(f"precision: {other}, was {one}")
    return found


def _agree(folder: Path, differing: Sequence[str], force: bool) -> None:
    if differing and not force:
        raise ConfigurationError(
            f"{folder}: would not go on to the same numbers, since this is not what it ran with: "
            f"{'; '.join(differing)}. Bring that back, or resume it with --force, and the record will say so"
        )


def _execution(
    prepared: Prepared, commit: Commit | None, differing: Sequence[str]
) -> dict[str, Any]:
    """What is known of the execution that begins."""
    mine = {**prepared.header.provenance, "from_step": commit.step if commit else 0}
    return {**mine, "forced": list(differing)} if differing else mine


def _described(folder: Path) -> tuple[Header, list[Any]]:
    """What the folder says of its run, and of the executions so far; DataError where that is not all there."""
    described = folders.describe(folder)
    try:
        header, executions = Header.from_plain(described["header"]), list(described["executions"])
        for name in HAD:
            _ = header.provenance[name]
        _ = header.data["sha256"]
    except (LookupError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            f"{folder / folders.DESCRIPTION}: does not describe a run that can go on ({reason}); bring back the file, "
            "or run it again in another folder"
        ) from None
    return header, executions


def _tidy(folder: Path) -> None:
    """Remove what a kill just before the end left beside the one file, unless another process still does."""
    if folders.is_unfinished(folder) or (folder / LOCK).exists():
        lock = Lock(folder)
        with suppress(DataError, OSError):
            lock.take()
            clear(folder)
            lock.release()


def device_like(device: str) -> str:
    """The kind of device that a run had, by the name in its record."""
    return device if device in ("cpu", "mps") else "cuda" if torch.cuda.is_available() else "auto"


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr)

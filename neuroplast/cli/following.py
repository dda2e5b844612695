"""`neuroplast inspect --follow`: prints what a run commits, as it does.

Nothing is locked: names are listed, and each new segment is read once, in a process with limits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroplast.recording.folder import Segment

PAUSE_SECONDS = 0.5

News = dict[str, Any]


def print_news(path: Path, as_json: bool) -> None:
    """Print what is new in a run until it ends, from its beginning on."""
    for news in _news(path):
        print(json.dumps(news, ensure_ascii=False) if as_json else _line(news), flush=True)


class _Gone(Exception):
    """A segment went before it was read: it was taken back, or the run has ended."""


def _news(folder: Path) -> Iterator[News]:
    """Each sample, metric, event and commit, then how the run ended."""
    from neuroplast.recording import folder as folders
    from neuroplast.recording.schema import RUN_FILE

    seen: dict[str, Any] = {}
    told: list[Segment] = []
    while True:
        state = _state(
            folder
        )  # before the names, so that nothing is committed after they are listed
        try:
            if state == "complete":
                yield from _told(folder / RUN_FILE, seen, whole=True)
                yield {"kind": "end", "state": state}
                return
            known = folders.segments(folder)
            if told != known[: len(told)]:
                told = [
                    segment for segment, there in zip(told, known, strict=False) if segment == there
                ]
                seen = _seen_after(folder, told)
                yield {"kind": "went back", "step": told[-1].end if told else 0}
            for segment in known[len(told) :]:
                yield from _told(folder / segment.name, seen, whole=False)
                told.append(segment)
        except _Gone:
            continue
        if state != "running":
            yield {"kind": "end", "state": state}
            return
        time.sleep(PAUSE_SECONDS)


def _state(folder: Path) -> str:
    """As the lock and the description have it, without a look into any HDF5 file."""
    from neuroplast.errors import DataError
    from neuroplast.recording import folder as folders
    from neuroplast.recording.opening import is_run, state_of
    from neuroplast.recording.schema import RUN_FILE

    if not is_run(folder):
        raise DataError(f"{folder}: holds no run that can be followed; name the folder of a run")
    if (folder / RUN_FILE).is_file():
        return "complete"
    try:
        return state_of(folder, folders.describe(folder))
    except DataError:
        if (folder / RUN_FILE).is_file():  # it ended in between
            return "complete"
        return state_of(folder, None)


def _seen_after(folder: Path, told: list[Segment]) -> dict[str, Any]:
    """How far a run is told after these segments, of which nothing is told again."""
    seen: dict[str, Any] = {}
    for segment in told:
        for _ in _told(folder / segment.name, seen, whole=False):
            pass
    return seen


def _told(file: Path, seen: dict[str, Any], whole: bool) -> Iterator[News]:
    """What a file has that was not seen; `seen` is brought up to date."""
    from neuroplast.errors import DataError
    from neuroplast.recording.guard import answer

    more = True
    while more:
        item = {"path": str(file), "seen": seen, "whole": whole}
        try:
            found = answer("news", item)
        except DataError:
            if not file.exists():
                raise _Gone from None
            raise
        seen.clear()
        seen.update(found["seen"])
        more, whole = found["more"], True
        yield from _each(found)
    yield {"kind": "commit", "step": found["steps_done"], "steps_total": found["steps_total"]}


def _each(found: Mapping[str, Any]) -> list[News]:
    """Samples, metrics and events in the order of their steps."""
    rows = [
        {"kind": "samples", "layer": row["group"], "step": row["step"], "values": row["values"]}
        for row in found["samples"]
    ]
    rows += [{"kind": "metrics", **row} for row in found["metrics"]]
    rows += [
        {"kind": "event", "step": row["step"], "event": row["kind"], "message": row["message"]}
        for row in found["events"]
    ]
    return sorted(rows, key=lambda row: int(row["step"]))


def _line(news: News) -> str:
    """One piece of news for people."""
    from neuroplast.recording.damage import shown

    kind, step = news["kind"], f"step {news.get('step', '')}"
    if kind in ("samples", "metrics"):
        values = "  ".join(f"{name} {_number(value)}" for name, value in news["values"].items())
        return shown(f"{step}  {news.get('layer', news.get('group'))}: {values}")
    if kind == "event":
        return shown(f"{step}  {news['event']}: {news['message']}")
    if kind == "commit":
        return f"{step} of {news['steps_total']} is committed"
    if kind == "went back":
        return f"the run went back to {step}: it was resumed from there"
    return f"the run is {news['state']}"


def _number(value: Any) -> str:
    """A number, or the mean of several with their range."""
    from neuroplast.recording.follow import Several

    if isinstance(value, dict):
        found = Several(**value)
        return f"{found.mean:.4g} ({found.min:.4g} to {found.max:.4g})"
    return f"{value:.4g}"

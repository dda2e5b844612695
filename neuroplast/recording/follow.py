"""What is new in a run since it was looked at: samples, metrics and events, as plain data, a segment at a time.

Whoever follows a run keeps a `Seen`, hands it in, and gets it back with the news. It says how far each group was told,
so that it does not matter whether what is new lies in a segment, or, since the run ended meanwhile, in its one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from neuroplast.recording.damage import reading
from neuroplast.recording.joined import Group, joined
from neuroplast.recording.reader import along
from neuroplast.recording.safety import check_safe
from neuroplast.recording.schema import plain_name

Seen = Mapping[str, Any]
"""For each group that grows: how many rows were told, the step of the last one, and which names were in it."""

ROWS = 2000
"""So many rows of a group of a complete run are told at a time; `more` says that there are others."""


class Several(NamedTuple):
    """What several numbers amount to; those that are not finite are left out."""

    mean: float
    min: float
    max: float


def news(path: str, seen: Seen, whole: bool) -> Iterator[dict[str, Any]]:
    """What a file has that was not told yet.

    whole: it is the file of a complete run, with all rows from the first on; else a segment, with those that follow.
    Gives `samples`, `metrics` and `events`, `steps_done` and `steps_total`, `seen` for the next time, and `more`.
    """
    file_path = Path(path)
    with reading(file_path), h5py.File(file_path, "r") as file:
        check_safe(file, file_path)
        root = joined((file_path,), (file,))
        told: dict[str, Any] = {"seen": dict(seen), "more": False}
        told["steps_done"] = root.attributes["steps_done"]
        told["steps_total"] = root.attributes["steps_total"]
        told["title"] = root.attributes["title"]
        told["samples"] = _all(root.group("layers"), "layers", told, whole)
        told["metrics"] = _all(root.group("metrics"), "metrics", told, whole)
        told["events"] = _events(root.group("events"), told, whole)
        yield told


def _all(parent: Group, kind: str, told: dict[str, Any], whole: bool) -> list[dict[str, Any]]:
    """The new rows of every group in a group."""
    found: list[dict[str, Any]] = []
    for name, group in parent.groups.items():
        key = f"{kind}/{name}"
        last = told["seen"].get(key, {"rows": 0, "step": None, "names": []})
        rows, told["seen"][key], more = _rows(group, last, whole)
        found += [{"group": plain_name(name), **row} for row in rows]
        told["more"] |= more
    return found


def _rows(
    group: Group, last: Mapping[str, Any], whole: bool
) -> tuple[list[dict[str, Any]], dict[str, Any], bool]:
    """New rows, how far they go, and whether there are others. The last row that was told may have got more names."""
    steps = group.array("step")[:].tolist()
    first = last["rows"] if whole else 0
    completes = bool(
        last["rows"] and (steps[first - 1 : first] if whole else steps[:1]) == [last["step"]]
    )
    first -= whole and completes
    end = first + ROWS if whole else len(steps)
    steps = steps[first:end]
    columns = {n: a[first:end] for n, a in along(group, "step", "series") if a.shape[2:] == ()}
    rows: list[dict[str, Any]] = []
    names = list(last["names"])
    for row, step in enumerate(steps):
        known = names if row == 0 and completes else []
        values = {
            n: v for n, c in columns.items() if n not in known and (v := _plain(c[row])) is not None
        }
        names = [*known, *values]
        if values:
            rows.append({"step": int(step), "values": values})
    count = last["rows"] + len(steps) - completes
    step = int(steps[-1]) if steps else last["step"]
    more = end < len(group.array("step"))
    return rows, {"rows": count, "step": step, "names": names}, more


def _events(group: Group, told: dict[str, Any], whole: bool) -> list[dict[str, Any]]:
    seen = told["seen"].get("events", 0)
    first = seen if whole else 0
    columns = [group.array(name)[first:] for name in ("step", "kind", "message")]
    rows = [
        {"step": int(s), "kind": bytes(k).decode("utf-8"), "message": bytes(m).decode("utf-8")}
        for s, k, m in zip(*columns, strict=True)
    ]
    told["seen"]["events"] = seen + len(rows)
    return rows


def _plain(value: Any) -> float | dict[str, float] | None:
    """A number, or the mean and range of several; None where there is none."""
    numbers = np.asarray(value, np.float64).ravel()
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return None
    if np.ndim(value) == 0:
        return float(value) if isfinite(value) else None
    return Several(float(finite.mean()), float(finite.min()), float(finite.max()))._asdict()

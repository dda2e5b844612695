"""Where two recordings of the same scenario part: the first difference of everything that both have, by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from neuroplast.recording.recording import Recording
from neuroplast.recording.sampled import Sampled, sampled

Value = float | int | str | None
"""A number, a text, or None where one recording has nothing there."""

BLOCK_BYTES = 2**24

KINDS = ("state", "layer", "probe", "metrics", "event", "scenario")
"""What may differ, in the order in which differences at the same step are told."""


@dataclass(frozen=True)
class Difference:
    """Something that differs, where it does so first.

    step: after which it was taken. kind: what it is in, one of KINDS. where: that layer, probe, or group of metrics.
    index: of the value in its tensor; () of a number. one, other: the two values.
    largest: the largest difference between two values of it, at any step; infinite where one of them is not a number,
        or is not there.
    count: how many of its values differ.
    """

    step: int
    kind: str
    where: str
    name: str
    index: tuple[int, ...]
    one: Value
    other: Value
    largest: float
    count: int

    @property
    def is_missing(self) -> bool:
        """Whether one recording lacks all of it."""
        return self.count == 0

    def __str__(self) -> str:
        """Where it is, in words."""
        series = "series " if self.kind in ("layer", "probe") else ""
        place = ", ".join(text for text in (self.where, f"{series}{self.name}") if text)
        at = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        return f"step {self.step}, {self.kind} {place}{at}"


def find_differences(one: Recording, other: Recording) -> tuple[Difference, ...]:
    """The first difference of each state, series, metric, event and entry of the scenario that is not equal.

    Numbers are equal where all their bits are, or both are not a number. In order: by step what both recordings have,
    then what only one of them has, then how the scenarios differ.
    """
    found = [*_in_tables(one, other), *_in_events(one, other), *_in_headers(one, other)]
    return tuple(sorted(found, key=_rank))


def _rank(found: Difference) -> tuple[bool, bool, int, int]:
    return found.kind == "scenario", found.is_missing, found.step, KINDS.index(found.kind)


# -- numbers -------------------------------------------------------------------------------------------------------


def _in_tables(one: Recording, other: Recording) -> Iterator[Difference]:
    ours, theirs = ({(t.kind, t.names): t for t in sampled(r)} for r in (one, other))
    for key in dict.fromkeys([*ours, *theirs]):
        a, b = ours.get(key), theirs.get(key)
        columns = {**(b.columns if b else {}), **(a.columns if a else {})}
        for name in columns:
            if a is None or b is None or name not in a.columns or name not in b.columns:
                yield _only_one(name, a, b)
            elif (found := _in_column(a, b, name)) is not None:
                yield found


def _only_one(name: str, a: Sampled | None, b: Sampled | None) -> Difference:
    """That a column is in one recording alone."""
    in_first = a is not None and name in a.columns
    table = a if in_first else b
    assert table is not None
    said: tuple[Value, Value] = ("there", None) if in_first else (None, "there")
    where = ", ".join(table.names)
    first = table.steps[0] if table.steps else 0
    return Difference(first, table.kind, where, name, (), said[0], said[1], math.inf, 0)


def _in_column(a: Sampled, b: Sampled, name: str) -> Difference | None:
    """Where a column that both have differs first."""
    one, other = a.columns[name], b.columns[name]
    where = ", ".join(a.names)
    if one.shape != other.shape:
        step = min(a.steps + b.steps, default=0)
        mine, yours = (f"a sample of shape {column.shape}" for column in (one, other))
        return Difference(step, a.kind, where, name, (), mine, yours, math.inf, 1)
    lone = sorted(set(a.steps) ^ set(b.steps))
    first: tuple[int, tuple[int, ...], Value, Value] | None = None
    if lone:
        has = lone[0] in a.steps
        first = (lone[0], (), "a sample" if has else None, None if has else "a sample")
    largest, count = (math.inf, len(lone)) if lone else (0.0, 0)
    for steps, x, y in _blocks(a, b, name):
        differs = _differs(x, y)
        if differs.any():
            row, *index = (int(i) for i in np.argwhere(differs)[0])
            if first is None or steps[row] < first[0]:
                at = (row, *index)
                first = (steps[row], tuple(index), x[at].item(), y[at].item())
            largest = max(largest, _largest(x[differs], y[differs]))
            count += int(differs.sum())
    return first and Difference(first[0], a.kind, where, name, *first[1:], largest, count)


def _blocks(a: Sampled, b: Sampled, name: str) -> Iterator[tuple[list[int], Any, Any]]:
    """The samples of a column that both have at the same steps, a limited number at a time: steps, and values."""
    rows_a, rows_b = ({step: row for row, step in enumerate(t.steps)} for t in (a, b))
    common = sorted(rows_a.keys() & rows_b.keys())
    one, other = a.columns[name], b.columns[name]
    size = max(1, BLOCK_BYTES // max(1, math.prod(one.shape) * one.dtype.itemsize))
    for start in range(0, len(common), size):
        steps = common[start : start + size]
        yield steps, one.rows([rows_a[s] for s in steps]), other.rows([rows_b[s] for s in steps])


def _differs(x: Any, y: Any) -> Any:
    """Which values are not equal to the bit."""
    if x.dtype != y.dtype:
        return np.ones(x.shape, bool)
    differs = x.view(f"u{x.dtype.itemsize}") != y.view(f"u{y.dtype.itemsize}")
    return differs & ~(np.isnan(x) & np.isnan(y)) if x.dtype.kind == "f" else differs


def _largest(x: Any, y: Any) -> float:
    with np.errstate(invalid="ignore"):  # infinity less infinity
        distances = np.abs(x.astype(np.float64) - y.astype(np.float64))
    return float(np.nan_to_num(distances, nan=math.inf, posinf=math.inf).max())


# -- events and what the record says of the run --------------------------------------------------------------------


def _in_events(one: Recording, other: Recording) -> Iterator[Difference]:
    """The first event that is not the same."""
    pairs = list(zip_longest(one.events, other.events))
    differing = [(a, b) for a, b in pairs if a != b]
    for a, b in differing[:1]:
        step = min(event.step for event in (a, b) if event is not None)
        mine, yours = (e and f"{e.kind}: {e.message} (step {e.step})" for e in (a, b))
        yield Difference(step, "event", "", "event", (), mine, yours, math.inf, len(differing))


def _in_headers(one: Recording, other: Recording) -> Iterator[Difference]:
    """How the scenarios differ, and what else the records say before the first step."""
    ours, theirs = _header(one), _header(other)
    for name in sorted(ours.keys() | theirs.keys()):
        a, b = ours.get(name), theirs.get(name)
        if a != b:
            yield Difference(0, "scenario", "", name, (), a, b, math.inf, 1)


def _header(recording: Recording) -> dict[str, Value]:
    named = {name: getattr(recording, name) for name in ("title", "condition", "seed", "scenario")}
    layers = {
        layer.name: {
            "neurons": layer.neurons,
            "weight_shapes": {name: str(shape) for name, shape in layer.weight_shapes.items()},
            **layer.attributes,
        }
        for layer in recording.layers.values()
    }
    return dict(_flat({**named, "input_shape": str(recording.input_shape), "layer": layers}))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Value]]:
    """The leaves of nested tables and lists, by dotted paths."""
    entries: Any = None
    if isinstance(value, Mapping):
        entries = value.items()
    elif isinstance(value, list | tuple):
        entries = enumerate(value)
    if entries is None:
        yield path, value if isinstance(value, float | int | str | None) else str(value)
    for name, inner in entries or ():
        yield from _flat(inner, f"{path}.{name}" if path else str(name))

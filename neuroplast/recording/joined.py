"""The files of a run as one: groups and arrays that read from whichever file has the rows that are asked for.

A run that has not ended lies in several files of one layout, its segments (see folder.py); one that has, in a single
file, which is the same with one file. Nothing but scales and attributes is read before it is asked for.

Rows are put together as consolidation.py does: along the scales that grow, those of each segment after those of the
segments before it. Where a segment begins with the step that the one before it ended with, it completes that row:
among samples, what is not a number there stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from neuroplast.recording.damage import reading
from neuroplast.recording.manifest import LEFT_OUT
from neuroplast.recording.schema import GROWING, SCALE_ATTRIBUTES

OF_ONE_FILE = ("segment_start", "segment_end")
DENSE = 4
"""Rows are read one by one where they are fewer than one in so many; else all between them are, and some left out."""


@dataclass(frozen=True)
class Span:
    """The rows of one file along a scale that grows.

    first: where they begin in the whole. completes: whether the first of them was begun in a file before.
    """

    first: int
    count: int
    completes: bool


@dataclass(frozen=True)
class Growth:
    """A scale that grows: its values, and which file has which of them; None where a file lacks the scale."""

    values: Any
    spans: tuple[Span | None, ...]


class Array:
    """A data set of a run, across its files.

    dims: the names of its axes. shape: as many. attributes: texts, numbers, or lists of numbers.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        parts: Sequence[Any],
        growth: Growth | None,
        dims: tuple[str, ...],
    ) -> None:
        self._paths, self._parts, self._growth = paths, parts, growth
        self._any = next(part for part in parts if part is not None)
        self.dims, self.attributes = dims, attributes(self._any)
        self.place: str = self._any.name
        self.file = paths[0]
        self.dtype: np.dtype[Any] = self._any.dtype
        inner = self._any.shape[1:] if growth else self._any.shape
        self.shape: tuple[int, ...] = (len(growth.values), *inner) if growth else inner
        for part in parts:
            if growth and part is not None and part.shape[1:] != inner:
                raise ValueError(f"{self.place} has another shape in another segment")

    def __getitem__(self, key: Any) -> Any:
        """Read some of it, as `array[key]` gives; at most one index may be a list of growing integers."""
        full = self._full(key)
        if self._growth is None:
            (path, part) = next(
                (p, d) for p, d in zip(self._paths, self._parts, strict=True) if d is not None
            )
            with reading(path, part):
                return np.asarray(part[full])
        return self._rows(full[0], full[1:])

    def __len__(self) -> int:
        """How many rows it has."""
        return self.shape[0]

    def _full(self, key: Any) -> tuple[Any, ...]:
        given = key if isinstance(key, tuple) else (key,)
        given = tuple(k for k in given if k is not Ellipsis)
        return (*given, *[slice(None)] * (len(self.shape) - len(given)))

    def _rows(self, row: Any, inner: tuple[Any, ...]) -> Any:
        """The rows of each file in their places; what no file has is as HDF5 fills it."""
        assert self._growth is not None
        wanted = np.atleast_1d(np.arange(self.shape[0])[row])
        sizes = [
            len(range(n)[k]) if isinstance(k, slice) else np.size(k) for n, k in self._inner(inner)
        ]
        kept = [
            size
            for size, k in zip(sizes, inner, strict=True)
            if not isinstance(k, int | np.integer)
        ]
        with reading(self.file, self._any):
            found = np.full((len(wanted), *kept), self._any.fillvalue, self.dtype)
        for path, part, span in zip(self._paths, self._parts, self._growth.spans, strict=True):
            if part is not None and span is not None:
                with reading(path, part):
                    self._fill(found, wanted, part, span, inner)
        return found[0] if np.ndim(np.arange(self.shape[0])[row]) == 0 else found

    def _inner(self, inner: tuple[Any, ...]) -> Iterator[tuple[int, Any]]:
        return zip(self.shape[1:], inner, strict=True)

    def _fill(self, found: Any, wanted: Any, part: Any, span: Span, inner: tuple[Any, ...]) -> None:
        """Put the wanted rows of one file in their places."""
        here = (wanted >= span.first) & (wanted < span.first + min(span.count, len(part)))
        if not here.any():
            return
        rows = wanted[here] - span.first
        values = _read(part, rows, inner)
        if span.completes and rows[0] == 0 and self.dims[0] == "step" and values.dtype.kind == "f":
            before = found[int(np.argmax(here))]
            values[0] = np.where(np.isnan(values[0]), before, values[0])
        found[here] = values


class Group:
    """A group of a run, across its files. limit: the last step whose rows are whole, where that is not all of them."""

    def __init__(
        self, paths: Sequence[Path], parts: Sequence[Any], place: str, limit: int | None = None
    ) -> None:
        self._paths, self._parts, self._limit, self.place = paths, parts, limit, place
        self._growths: dict[str, Growth] = {}

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """Texts, numbers, or lists of numbers; those of the first file that has each."""
        found: dict[str, Any] = {}
        for path, part in self._there():
            with reading(path):
                found = {**attributes(part), **found}
        return {name: value for name, value in found.items() if name not in OF_ONE_FILE}

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """The groups in it, by their names in the file."""
        return {
            name: Group(self._paths, parts, parts_place(parts), self._limit)
            for name, parts in self._members.items()
            if isinstance(_first(parts), h5py.Group)
        }

    @cached_property
    def arrays(self) -> Mapping[str, Array]:
        """The data sets in it, by their names in the file."""
        return {
            name: self._array(name, parts)
            for name, parts in self._members.items()
            if isinstance(_first(parts), h5py.Dataset)
        }

    def array(self, name: str) -> Array:
        """A data set that must be there."""
        if name not in self.arrays:
            raise KeyError(f"{self.place} lacks the data set {name!r}")
        return self.arrays[name]

    def group(self, name: str) -> Group:
        """A group that must be there."""
        if name not in self.groups:
            raise KeyError(f"{self.place} lacks the group {name!r}")
        return self.groups[name]

    def growth(self, scale: str) -> Growth:
        """A scale of this group that grows."""
        if scale not in self._growths:
            self._growths[scale] = self._grown(scale)
        return self._growths[scale]

    @cached_property
    def _members(self) -> dict[str, list[Any]]:
        """What is in it, in the order of the names: the part in each file, None where a file lacks it."""
        found: dict[str, list[Any]] = {}
        for index, (path, part) in enumerate(zip(self._paths, self._parts, strict=True)):
            if part is not None:
                with reading(path, part):
                    for name in part:
                        found.setdefault(name, [None] * len(self._parts))[index] = part[name]
        for name, parts in found.items():
            if len({isinstance(part, h5py.Group) for part in parts if part is not None}) > 1:
                raise ValueError(
                    f"{self.place}/{name} is a group in one segment and an array in another"
                )
        return {name: p for name, p in sorted(found.items()) if parts_place(p) not in LEFT_OUT}

    def _array(self, name: str, parts: Sequence[Any]) -> Array:
        data_set = _first(parts)
        dims = dims_of(data_set)
        if len(dims) != len(data_set.shape) or len(set(dims)) != len(dims):
            dims = tuple(f"{name}_{axis}" for axis in range(len(data_set.shape)))
        grows = dims and dims[0] in GROWING and dims[0] in self._members
        if grows and dims == (name,):
            return _Scale(self._paths, parts, self.growth(name), dims)
        return Array(self._paths, parts, self.growth(dims[0]) if grows else None, dims)

    def _grown(self, scale: str) -> Growth:
        values: list[Any] = []
        spans: list[Span | None] = []
        total, last = 0, None
        for path, part, data_set in zip(
            self._paths, self._parts, self._members[scale], strict=True
        ):
            if data_set is None:
                spans.append(None)
                continue
            with reading(path, data_set):
                rows = data_set[: self._whole(scale, part)]
            completes = bool(len(rows) and scale != "event" and last == rows[0])
            spans.append(Span(total - completes, len(rows), completes))
            values.append(rows[1:] if completes else rows)
            total += len(values[-1])
            last = rows[-1] if len(rows) else last
        joined = np.concatenate(values)
        return Growth(
            np.arange(total, dtype=joined.dtype) if scale == "event" else joined, tuple(spans)
        )

    def _whole(self, scale: str, part: Any) -> int:
        """How many rows are whole; a file that was cut off while it was written has others after them."""
        whole = part[scale][:] >= 0
        if self._limit is not None and scale == "step":
            whole &= part[scale][:] <= self._limit
        if self._limit is not None and scale == "event":
            rows = min(len(part["step"]), len(part["kind"]), len(whole))
            whole = (part["step"][:rows] <= self._limit) & (part["kind"][:rows] != b"")
        return len(whole) if whole.all() else int(whole.argmin())

    def _there(self) -> Iterator[tuple[Path, Any]]:
        pairs = zip(self._paths, self._parts, strict=True)
        return ((path, part) for path, part in pairs if part is not None)


class _Scale(Array):
    """A scale that grows, whose values are known."""

    def __getitem__(self, key: Any) -> Any:
        """Some of its values."""
        assert self._growth is not None
        with reading(self._paths[0], self._any):
            return self._growth.values[key]


def attributes(node: Any) -> dict[str, Any]:
    """The attributes of a node as texts, numbers, or lists of numbers; without those of scales."""
    names = [name for name in node.attrs if name not in SCALE_ATTRIBUTES]
    return {name: _plain(node.attrs[name]) for name in names}


def dims_of(data_set: Any) -> tuple[str, ...]:
    """The names of a data set's axes as it says them."""
    found = data_set.attrs.get("dims", b"")
    said = found.decode("utf-8") if isinstance(found, bytes) else ""
    return tuple(said.split(",")) if said else ()


def parts_place(parts: Sequence[Any]) -> str:
    """The path of a node in its file."""
    return str(_first(parts).name)


def text(value: Any) -> str:
    """A fixed-length text, which h5py gives as bytes."""
    if not isinstance(value, bytes):
        raise ValueError(f"{value!r} stands where a text should")
    return value.decode("utf-8")


def _plain(value: Any) -> Any:
    return text(value) if isinstance(value, bytes) else np.asarray(value).tolist()


def _first(parts: Sequence[Any]) -> Any:
    return next(part for part in parts if part is not None)


def _read(part: Any, rows: Any, inner: tuple[Any, ...]) -> Any:
    """Rows of a data set by their growing numbers, as a new array."""
    steps = np.diff(rows)
    if len(rows) == 1 or (steps == steps[0]).all():
        step = int(steps[0]) if len(steps) else 1
        return np.array(part[(slice(int(rows[0]), int(rows[-1]) + 1, step), *inner)])
    if len(rows) * DENSE < rows[-1] - rows[0]:
        return np.array([part[(int(row), *inner)] for row in rows])
    return part[(slice(int(rows[0]), int(rows[-1]) + 1), *inner)][rows - rows[0]]

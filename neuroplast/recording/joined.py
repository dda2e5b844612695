"""The files of a run as one: groups and arrays that read from whichever file has the rows that are asked for.

A run that has not ended lies in several files of one layout, its segments (see folder.py); one that has, in a single
file, which is the same with one file. Nothing but scales and attributes is read before it is asked for.

Rows are put together as consolidation.py does: along the scales that grow, those of each segment after those of the
segments before it. Where a segment begins with the step that the one before it ended with, it completes that row:
among samples, what is not a number there stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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


@dataclass(frozen=True, eq=False)
class Piece:
    """One file of a run. What is in it is opened when it is read, since HDF5 gets slow with many things open."""

    path: Path
    file: Any

    @contextmanager
    def opened(self, place: str) -> Iterator[Any]:
        """A group or a data set of the file. DataError where it cannot be read."""
        with reading(self.path, self.file):
            node = self.file[place]
        with reading(self.path, node):
            yield node


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
    """A scale that grows: its values, and which file has which of them."""

    values: Any
    spans: Mapping[Piece, Span]


class Array:
    """A data set of a run, across the files that have it.

    dims: the names of its axes. shape: as many. attributes: texts, numbers, or lists of numbers.
    """

    def __init__(self, pieces: Sequence[Piece], place: str, growths: Mapping[str, Growth]) -> None:
        self._pieces, self.place, self.file = pieces, place, pieces[0].path
        with pieces[0].opened(place) as data_set:
            self.attributes = attributes(data_set)
            self.dims = _named(data_set)
            self.dtype: np.dtype[Any] = data_set.dtype
            self._growth = growths.get(self.dims[0]) if self.dims else None
            self._inner: tuple[int, ...] = data_set.shape[1:] if self._growth else data_set.shape
            self._fillvalue = data_set.fillvalue if self._growth else None
        rows = (len(self._growth.values),) if self._growth else ()
        self.shape: tuple[int, ...] = (*rows, *self._inner)

    def __getitem__(self, key: Any) -> Any:
        """Read some of it, as `array[key]` gives; at most one index may be a list of growing integers."""
        full = self._full(key)
        if self._growth is None:
            with self._pieces[0].opened(self.place) as data_set:
                return np.asarray(data_set[full])
        if self.dims == (self.place.rpartition("/")[2],):  # a scale, whose values are known
            with self._pieces[0].opened(self.place):
                return self._growth.values[full]
        return self._rows(self._growth, full[0], full[1:])

    def __len__(self) -> int:
        """How many rows it has."""
        return self.shape[0]

    def _full(self, key: Any) -> tuple[Any, ...]:
        given = key if isinstance(key, tuple) else (key,)
        given = tuple(k for k in given if k is not Ellipsis)
        return (*given, *[slice(None)] * (len(self.shape) - len(given)))

    def _rows(self, growth: Growth, row: Any, inner: tuple[Any, ...]) -> Any:
        """The rows of each file in their places; what no file has is as HDF5 fills it."""
        chosen = np.arange(self.shape[0])[row]
        wanted = np.atleast_1d(chosen)
        sizes = [_length(n, k) for n, k in zip(self._inner, inner, strict=True)]
        kept = [size for size in sizes if size is not None]
        found = np.full((len(wanted), *kept), self._fillvalue, self.dtype)
        for piece in self._pieces:
            span = growth.spans.get(piece)
            if (
                span is not None
                and ((wanted >= span.first) & (wanted < span.first + span.count)).any()
            ):
                with piece.opened(self.place) as data_set:
                    if data_set.shape[1:] != self._inner:
                        raise ValueError("it has another shape than in the segments before")
                    self._fill(found, wanted, data_set, span, inner)
        return found if np.ndim(chosen) else found[0]

    def _fill(
        self, found: Any, wanted: Any, data_set: Any, span: Span, inner: tuple[Any, ...]
    ) -> None:
        """Put the wanted rows of one file in their places."""
        here = (wanted >= span.first) & (wanted < span.first + min(span.count, len(data_set)))
        if not here.any():
            return
        rows = wanted[here] - span.first
        values = _read(data_set, rows, inner)
        if span.completes and rows[0] == 0 and self.dims[0] == "step" and values.dtype.kind == "f":
            before = found[int(np.argmax(here))]
            values[0] = np.where(np.isnan(values[0]), before, values[0])
        found[here] = values


class Group:
    """A group of a run, across the files that have it.

    limit: the last step whose rows are whole, where that is not all of them.
    """

    def __init__(self, pieces: Sequence[Piece], place: str = "/", limit: int | None = None) -> None:
        self._pieces, self._limit, self.place = pieces, limit, place

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """Texts, numbers, or lists of numbers; those of the first file that has each."""
        found: dict[str, Any] = {}
        for piece in self._pieces:
            with piece.opened(self.place) as group:
                found = {**attributes(group), **found}
        return {name: value for name, value in found.items() if name not in OF_ONE_FILE}

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """The groups in it, by their names in the file."""
        kinds = self._members[h5py.Group].items()
        return {name: Group(there, self._place(name), self._limit) for name, there in kinds}

    @cached_property
    def arrays(self) -> Mapping[str, Array]:
        """The data sets in it, by their names in the file."""
        kinds = self._members[h5py.Dataset]
        growths = {name: self._grown(name) for name in GROWING if name in kinds}
        if "event" in growths:  # there, steps are no scale
            growths = {"event": growths["event"]}
        return {
            name: Array(there, place, growths)
            for name, there in kinds.items()
            if (place := self._place(name)) not in LEFT_OUT
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

    @cached_property
    def _members(self) -> dict[type, dict[str, list[Piece]]]:
        """The files that have each member, by its kind and name, in the order of the names."""
        found: dict[type, dict[str, list[Piece]]] = {h5py.Group: {}, h5py.Dataset: {}}
        for piece in self._pieces:
            with piece.opened(self.place) as group:
                for name in group:
                    kind = group.get(name, getclass=True)
                    found[kind].setdefault(name, []).append(piece)
        for name in found[h5py.Group].keys() & found[h5py.Dataset].keys():
            raise ValueError(f"{self._place(name)} is a group in one segment, an array in another")
        return {kind: dict(sorted(members.items())) for kind, members in found.items()}

    def _place(self, name: str) -> str:
        return f"{self.place.rstrip('/')}/{name}"

    def _grown(self, scale: str) -> Growth:
        """A scale of this group that grows."""
        values: list[Any] = []
        spans: dict[Piece, Span] = {}
        total, last = 0, None
        for piece in self._members[h5py.Dataset][scale]:
            with piece.opened(self._place(scale)) as data_set:
                rows = data_set[:]
                rows = rows[: self._whole(scale, rows, data_set.parent)]
            completes = bool(len(rows) and scale != "event" and last == rows[0])
            spans[piece] = Span(total - completes, len(rows), completes)
            values.append(rows[1:] if completes else rows)
            total += len(values[-1])
            last = rows[-1] if len(rows) else last
        joined = np.concatenate(values)
        counted = np.arange(total, dtype=joined.dtype)
        return Growth(counted if scale == "event" else joined, spans)

    def _whole(self, scale: str, rows: Any, group: Any) -> int:
        """How many rows are whole; a file that was cut off while it was written has others after them."""
        whole = rows >= 0
        if self._limit is not None and scale == "step":
            whole &= rows <= self._limit
        if self._limit is not None and scale == "event":
            count = min(len(group["step"]), len(group["kind"]), len(rows))
            whole = (group["step"][:count] <= self._limit) & (group["kind"][:count] != b"")
        return len(whole) if whole.all() else int(whole.argmin())


def joined(paths: Sequence[Path], files: Sequence[Any], limit: int | None = None) -> Group:
    """The root of the files of a run, in order."""
    return Group([Piece(path, file) for path, file in zip(paths, files, strict=True)], "/", limit)


def attributes(node: Any) -> dict[str, Any]:
    """The attributes of a node as texts, numbers, or lists of numbers; without those of scales."""
    names = [name for name in node.attrs if name not in SCALE_ATTRIBUTES]
    return {name: _plain(node.attrs[name]) for name in names}


def dims_of(data_set: Any) -> tuple[str, ...]:
    """The names of a data set's axes as it says them."""
    found = data_set.attrs.get("dims", b"")
    said = found.decode("utf-8") if isinstance(found, bytes) else ""
    return tuple(said.split(",")) if said else ()


def text(value: Any) -> str:
    """A fixed-length text, which h5py gives as bytes."""
    if not isinstance(value, bytes):
        raise ValueError(f"{value!r} stands where a text should")
    return value.decode("utf-8")


def _plain(value: Any) -> Any:
    return text(value) if isinstance(value, bytes) else np.asarray(value).tolist()


def _named(data_set: Any) -> tuple[str, ...]:
    """The names of its axes, also where it does not say them."""
    dims = dims_of(data_set)
    if len(dims) == len(data_set.shape) and len(set(dims)) == len(dims):
        return dims
    name = data_set.name.rpartition("/")[2]
    return tuple(f"{name}_{axis}" for axis in range(len(data_set.shape)))


def _length(size: int, key: Any) -> int | None:
    """How long an axis of this size is after indexing; None where it is gone."""
    if isinstance(key, slice):
        return len(range(size)[key])
    return len(key) if np.ndim(key) else None


def _read(part: Any, rows: Any, inner: tuple[Any, ...]) -> Any:
    """Rows of a data set by their growing numbers, as a new array."""
    steps = np.diff(rows)
    if len(rows) == 1 or (steps == steps[0]).all():
        step = int(steps[0]) if len(steps) else 1
        return np.array(part[(slice(int(rows[0]), int(rows[-1]) + 1, step), *inner)])
    if len(rows) * DENSE < rows[-1] - rows[0]:
        return np.array([part[(int(row), *inner)] for row in rows])
    return part[(slice(int(rows[0]), int(rows[-1]) + 1), *inner)][rows - rows[0]]

"""Samples as flat tables, in wide or in long form, for programs that know no arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroplast.recording.sampled import Column, Sampled

ROWS_AT_ONCE = 2**20
"""About so many rows of the long form are made at a time."""


@dataclass(frozen=True, eq=False)
class Flat:
    """One column of a flat table. of: what it holds numbers of; None for what says where these belong."""

    name: str
    values: Any
    of: Column | None = None

    @property
    def about(self) -> dict[str, str]:
        """What the record says of it."""
        if self.of is None:
            return {}
        dims = ",".join(self.of.dims)
        said = {"unit": self.of.unit, "long_name": self.of.long_name, "series": self.of.name}
        return {**said, "statistic": self.of.statistic, "dims": dims}


def wide(table: Sampled) -> list[Flat]:
    """A row for each step, a column for each number of a sample, such as `w_norm[3]` for neuron 3."""
    flat = [Flat("step", np.array(table.steps, np.int64))]
    for column in table.columns.values():
        labels = [_label(place) for place in _places(table, column)]
        values = column.values().reshape(len(table.steps), len(labels))
        flat += [
            Flat(f"{column.name}{label}", values[:, i], column) for i, label in enumerate(labels)
        ]
    return flat


def long(table: Sampled) -> Iterator[list[Flat]]:
    """A row for each number: step, series, where along each dimension of the table, value, unit. Some rows at a time.

    Dimensions that a series does not have are masked in its rows. Values are float64, which holds every float32.
    """
    dims = sorted({dim for column in table.columns.values() for dim in column.dims})
    yield _long_head(table, dims)
    for column in table.columns.values():
        places = _places(table, column)
        steps = max(1, ROWS_AT_ONCE // max(1, len(places)))
        for start in range(0, len(table.steps), steps):
            rows = range(start, min(start + steps, len(table.steps)))
            yield _long_rows(table, column, rows, dims, places)


def _long_head(table: Sampled, dims: list[str]) -> list[Flat]:
    """The columns of the long form, without a row."""
    texts, numbers = np.zeros(0, object), np.zeros(0)
    along = [Flat(dim, _masked(0, _kind(table, dim))) for dim in dims]
    steps = Flat("step", np.zeros(0, np.int64))
    return [steps, Flat("series", texts), *along, Flat("value", numbers), Flat("unit", texts)]


def _long_rows(
    table: Sampled, column: Column, rows: range, dims: list[str], places: list[tuple[Any, ...]]
) -> list[Flat]:
    count = len(rows) * len(places)
    steps = np.array([table.steps[row] for row in rows], np.int64)
    flat = [
        Flat("step", np.repeat(steps, len(places))),
        Flat("series", np.full(count, column.name, object)),
    ]
    for dim in dims:
        kind = _kind(table, dim)
        if dim in column.dims:
            axis = column.dims.index(dim)
            along = np.array([place[axis] for place in places], kind)
            flat.append(Flat(dim, np.ma.masked_array(np.tile(along, len(rows)))))
        else:
            flat.append(Flat(dim, _masked(count, kind)))
    values = column.rows(rows).astype(np.float64).ravel()
    unit = np.full(count, column.unit, object)
    return [*flat, Flat("value", values), Flat("unit", unit)]


def _masked(count: int, kind: Any) -> Any:
    """So many places without a value."""
    return np.ma.masked_array(np.zeros(count, kind), mask=True)


def _kind(table: Sampled, dim: str) -> Any:
    """The type of the numbers along a dimension."""
    return np.asarray(table.coordinates.get(dim, np.zeros(0, np.int32))).dtype


def _places(table: Sampled, column: Column) -> list[tuple[Any, ...]]:
    """The coordinates of each number of a sample, as they lie in it."""
    along = [
        table.coordinates.get(dim, np.arange(size))
        for dim, size in zip(column.dims, column.sizes, strict=True)
    ]
    return [
        tuple(values[i].item() for values, i in zip(along, index, strict=True))
        for index in np.ndindex(*column.sizes)
    ]


def _label(place: tuple[Any, ...]) -> str:
    return (
        f"[{','.join(f'{value:g}' if isinstance(value, float) else str(value) for value in place)}]"
        if place
        else ""
    )

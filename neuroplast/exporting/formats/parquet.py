"""Parquet: the same tables as CSV, in the types of the record, with units as metadata of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from neuroplast.exporting.facts import facts, file_name
from neuroplast.exporting.format import Format, Options
from neuroplast.exporting.tables import Flat, long, wide
from neuroplast.recording.recording import Recording
from neuroplast.recording.sampled import sampled


class Parquet(Format):
    """Series in columns of the type that they were recorded in; NaN stays NaN, and is not null.

    The metadata of a column has its unit and meaning, that of a file what the run was.
    """

    name: ClassVar[str] = "parquet"
    about: ClassVar[str] = (
        "series, metrics and events as columns, for pandas, R, Julia or databases"
    )
    makes: ClassVar = "folder"
    reads: ClassVar[frozenset[str]] = frozenset({"form"})
    needs: ClassVar[tuple[str, ...]] = ("pyarrow",)
    extra: ClassVar[str] = "parquet"

    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write all tables."""
        said = facts(recording)
        for table in (t for t in sampled(recording) if t.kind != "state"):
            file = place / file_name(table.kind, *table.names, suffix=".parquet")
            _write(file, long(table) if options.form == "long" else [wide(table)], said)
        _write(place / "events.parquet", [_events(recording)], said)


def _events(recording: Recording) -> list[Flat]:
    events = recording.events
    return [
        Flat("step", np.array([e.step for e in events], np.int64)),
        Flat("kind", np.array([e.kind for e in events], object)),
        Flat("message", np.array([e.message for e in events], object)),
    ]


def _write(file: Path, blocks: Iterable[Sequence[Flat]], said: dict[str, str]) -> None:
    """Write blocks of columns below each other."""
    from pyarrow import parquet

    tables = (_table(block, said) for block in blocks)
    first = next(tables)
    with parquet.ParquetWriter(file, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)


def _table(block: Sequence[Flat], said: dict[str, str]) -> Any:
    import pyarrow

    arrays = [_array(column.values) for column in block]
    fields = [
        pyarrow.field(column.name, array.type, metadata=column.about)
        for column, array in zip(block, arrays, strict=True)
    ]
    return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields, metadata=said))


def _array(values: Any) -> Any:
    import pyarrow

    if isinstance(values, np.ma.MaskedArray):
        plain, mask = np.asarray(values.data), np.ma.getmaskarray(values)
        return pyarrow.array(plain, mask=mask)
    if values.dtype == object:
        return pyarrow.array(values, pyarrow.string())
    return pyarrow.array(np.ascontiguousarray(values), from_pandas=False)


FORMAT = Parquet()

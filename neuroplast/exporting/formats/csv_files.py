"""CSV: a file for each layer, probe and group of metrics, one for events, and two that say what is in them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from neuroplast.exporting.facts import facts, file_name
from neuroplast.exporting.format import Format, Options
from neuroplast.exporting.tables import Flat, long, wide
from neuroplast.recording.recording import Recording
from neuroplast.recording.sampled import sampled

ABOUT = ("file", "column", "series", "unit", "long_name", "statistic", "dims")


class Csv(Format):
    """Series as text. Numbers have as many digits as it takes to read the same float64; NaN, Inf and -Inf are words.

    columns.csv has the unit and the meaning of each column, run.json what the run was.
    """

    name: ClassVar[str] = "csv"
    about: ClassVar[str] = "series, metrics and events as text"
    makes: ClassVar = "folder"
    reads: ClassVar[frozenset[str]] = frozenset({"form"})

    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write all tables."""
        said: list[list[str]] = []
        for table in (t for t in sampled(recording) if t.kind != "state"):
            file = place / file_name(table.kind, *table.names, suffix=".csv")
            if options.form == "long":
                _write(file, long(table))
            else:
                _write(file, [flat := wide(table)])
                said += [_about(file, column) for column in flat if column.of is not None]
        events = [[e.step, e.kind, e.message] for e in recording.events]
        _write_rows(place / "events.csv", ("step", "kind", "message"), events)
        if options.form != "long":
            _write_rows(place / "columns.csv", ABOUT, said)
        text = json.dumps(facts(recording), ensure_ascii=False, indent=1)
        (place / "run.json").write_text(text, encoding="utf-8")


def _about(file: Path, column: Flat) -> list[str]:
    said = {"file": file.name, "column": column.name, **column.about}
    return [said[name] for name in ABOUT]


def _write(file: Path, blocks: Iterable[Sequence[Flat]]) -> None:
    """Write blocks of columns below each other."""
    with file.open("x", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        for number, block in enumerate(blocks):
            if number == 0:
                writer.writerow([column.name for column in block])
            writer.writerows(zip(*(_cells(column.values) for column in block), strict=True))


def _write_rows(file: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with file.open("x", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _cells(values: Any) -> Iterator[Any]:
    """Values as they are written; what is masked is empty."""
    if isinstance(values, np.ma.MaskedArray):
        return ("" if v is None else v for v in values.tolist())
    return map(_number, values.tolist()) if values.dtype.kind == "f" else iter(values.tolist())


def _number(value: float) -> str:
    """The shortest text that is read as the same float64, in words that R, MATLAB and Julia know as well."""
    if value != value:
        return "NaN"
    return repr(value) if abs(value) != float("inf") else ("Inf" if value > 0 else "-Inf")


FORMAT = Csv()

"""NWB, Neurodata Without Borders: what neurophysiologists keep recordings in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from neuroplast.exporting.facts import facts, key
from neuroplast.exporting.format import Format, Options
from neuroplast.recording.recording import Recording
from neuroplast.recording.sampled import Column, Sampled, sampled

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the record does not say when the run began; NWB asks for a time."""
STEPS = "Timestamps are steps of learning, not seconds."


class Nwb(Format):
    """Everything: a processing module for each layer, probe and group of metrics, with a TimeSeries for each series.

    State, weights among it, is a DynamicTable with a row for each snapshot, in which a tensor of more than two axes
    is flattened behind its first one. Time is counted in steps.
    """

    name: ClassVar[str] = "nwb"
    about: ClassVar[str] = "series, metrics, events and state, for tools of neurophysiology"
    makes: ClassVar = "file"
    needs: ClassVar[tuple[str, ...]] = ("pynwb",)
    extra: ClassVar[str] = "nwb"

    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write all of it."""
        from pynwb import NWBHDF5IO

        file = _file(recording)
        for table in sampled(recording):
            if table.columns and table.steps:
                said = f"{table.title} of run {recording.title!r}"
                module = _module(file, key(table.kind, *table.names), said)
                for part in _state(table) if table.kind == "state" else _series(table):
                    module.add(part)
        if recording.events:
            _module(file, "events", "what happened in the run").add(_events(recording))
        with NWBHDF5IO(place, "w") as writer:
            writer.write(file)


def _file(recording: Recording) -> Any:
    """The file with what NWB asks of a session; the scenario stands for the script that made it."""
    from pynwb import NWBFile

    said = facts(recording)
    about = recording.scenario.get("about") or "no description"
    return NWBFile(
        session_description=f"simulation {recording.title!r}, condition {recording.condition!r}, seed {recording.seed}",
        identifier=said["run_id"] or said["content_sha256"] or "unknown",
        session_start_time=_began(recording),
        experiment_description=str(about),
        keywords=["simulation", "synaptic plasticity", "neuroplast"],
        source_script=said.pop("scenario"),
        source_script_file_name="scenario.json",
        notes=json.dumps(said, ensure_ascii=False),
    )


def _module(file: Any, name: str, description: str) -> Any:
    return file.create_processing_module(name=name, description=description)


def _began(recording: Recording) -> datetime:
    try:
        found = datetime.fromisoformat(str(recording.provenance.get("created_utc", "")))
    except ValueError:
        return UNKNOWN_TIME
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _series(table: Sampled) -> Iterator[Any]:
    from pynwb import TimeSeries

    steps = np.array(table.steps, np.float64)
    for column in table.columns.values():
        yield TimeSeries(
            name=_name(column.name),
            data=column.values(),
            unit=column.unit,
            timestamps=steps,
            description=column.long_name,
            comments=f"statistic={column.statistic}; {_axes(column)}. {STEPS}",
        )


def _state(table: Sampled) -> Iterator[Any]:
    columns = [_column("step", STEPS, np.array(table.steps, np.int64))]
    for column in table.columns.values():
        about = f"{column.long_name}; {_axes(column)}"
        columns.append(_column(_name(column.name), about, _flattened(column)))
    yield _table("state", f"all state of {table.title}", columns)


def _flattened(column: Column) -> Any:
    """All rows, with at most two more axes."""
    values = column.values()
    return values if values.ndim <= 3 else values.reshape(*values.shape[:2], -1)


def _axes(column: Column) -> str:
    return f"dims={','.join(column.dims)}; shape={column.shape}"


def _events(recording: Recording) -> Any:
    events = recording.events
    columns = [
        _column("step", STEPS, np.array([event.step for event in events], np.int64)),
        _column("kind", "what kind of event", [event.kind for event in events]),
        _column("message", "what happened", [event.message for event in events]),
    ]
    return _table("events", "what happened in the run", columns)


def _column(name: str, description: str, data: Any) -> Any:
    from hdmf.common import VectorData

    return VectorData(name=name, description=description, data=data)


def _table(name: str, description: str, columns: list[Any]) -> Any:
    from hdmf.common import DynamicTable

    return DynamicTable(name=name, description=description, columns=columns)


def _name(name: str) -> str:
    """A name that NWB can hold: it takes points, but neither slashes nor colons."""
    return name.replace("%", "%25").replace("/", "%2F").replace(":", "%3A")


FORMAT = Nwb()

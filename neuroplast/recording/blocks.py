"""What grows while a run is recorded: series by rows, state by snapshots, events. Each writes whole blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neuroplast.recording import schema
from neuroplast.recording.recorder import Series
from neuroplast.recording.schema import Label
from neuroplast.shapes import Shape

OVERHEAD = 2**14  # bytes that HDF5 may need for a data set beside its chunks

Gathered = list[tuple[str, int, Any]]
"""Blocks to write: name of the series, first row, array."""


@dataclass
class _Column:
    """One series: what is known of it, and the samples that wait, by row."""

    label: Label
    shape: Shape
    dtype: Any
    waiting: dict[int, Tensor | float] = field(default_factory=dict)
    data_set: Any = None


class Table:
    """The series of a group along its scale `step`: rows are added, and later written as blocks.

    speaker: who is named in messages. neurons: how many values a series may have beside one.
    plugins: the plugin behind each part of a layer, for labels.
    """

    def __init__(
        self, group: Any, speaker: str, neurons: int = 1, plugins: Mapping[str, str] | None = None
    ) -> None:
        self._group, self._speaker, self._neurons = group, speaker, neurons
        self._plugins = plugins or {}
        self._scale = schema.add_scale(group, "step")
        self._columns: dict[str, _Column] = {}
        self._steps: list[int] = []
        self._written, self._last = 0, -1

    def add(self, step: int, values: Mapping[str, Series]) -> None:
        """Add samples to the row of `step`: the last row, or a new one."""
        if step != self._last:
            self._steps.append(step)
            self._last = step
        row = max(0, self._written + len(self._steps) - 1)
        for name, series in values.items():
            value = series.value
            kept = value.detach().clone() if isinstance(value, Tensor) else float(value)
            self._column(name, series).waiting[row] = kept

    def gather(self) -> Gathered:
        """What waits, as arrays on the host; a row that a series lacks is NaN."""
        return [(name, *_block(c)) for name, c in self._columns.items() if c.waiting]

    def write(self, blocks: Gathered) -> None:
        """Write the rows that wait. Cut short and called again, it writes the same."""
        rows = self._written + len(self._steps)
        self._scale.resize(rows, axis=0)
        self._scale[self._written :] = self._steps
        for name, first, block in blocks:
            data_set = self._data_set(name)
            data_set.resize(rows, axis=0)
            data_set[first : first + len(block)] = block
        for column in self._columns.values():
            column.data_set.resize(rows, axis=0)
            column.waiting.clear()
        self._written = rows
        self._steps.clear()

    def _column(self, name: str, series: Series) -> _Column:
        shape = tuple(series.value.shape) if isinstance(series.value, Tensor) else ()
        if name not in self._columns:
            self._columns[name] = _Column(self._label(name, series), shape, _series_type(series))
        known = self._columns[name]
        if shape not in ((), (self._neurons,)) or shape != known.shape:
            raise ValueError(
                f"{self._speaker}: a sample of series {name!r} has shape {shape}; give one number, "
                f"or one value for each of {self._neurons} neurons, and always the same of the two"
            )
        return known

    def _label(self, name: str, series: Series) -> Label:
        window = "at the step" if series.statistic == "last" else "since the previous sample"
        plugin = _plugin(name, self._plugins)
        return Label(series.long_name, series.unit, series.statistic, window, plugin)

    def _data_set(self, name: str) -> Any:
        column = self._columns[name]
        if column.data_set is None:
            stored = _free_name(self._group, name, "series")
            dims = ("step", "neuron")[: 1 + len(column.shape)]
            column.data_set = schema.add_array(
                self._group, stored, dims, column.dtype, column.label
            )
        return column.data_set


class Snapshots:
    """The state in a group along its scale `snapshot_step`; each snapshot is written at once.

    neurons: the size of the scale `neuron`. weight_shape: of the group's weights; () where it has none.
    plugins: the plugin behind each part of the layer, for labels.
    """

    def __init__(
        self, group: Any, neurons: int, weight_shape: Shape, plugins: Mapping[str, str]
    ) -> None:
        self._group, self._plugins = group, plugins
        self._weight_shape, self._inputs = weight_shape, prod(weight_shape[1:])
        self._scale = schema.add_scale(group, "snapshot_step")
        schema.add_scale(group, "neuron", neurons)
        if weight_shape:
            schema.add_scale(group, "input", self._inputs)
            group.attrs["weight_shape"] = np.array(weight_shape, np.int32)
        self._data_sets: dict[str, Any] = {}
        self._rows, self._last = 0, -1

    def write(self, step: int, state: Mapping[str, Any]) -> None:
        """Write a snapshot: a new one, or that of the same step again."""
        row = self._rows - 1 if self._rows and step == self._last else self._rows
        self._scale.resize(row + 1, axis=0)
        self._scale[row] = step
        for name, array in state.items():
            self._data_set(name, array)
        for data_set in self._data_sets.values():
            data_set.resize(row + 1, axis=0)
        for name, array in state.items():
            data_set = self._data_sets[name]
            data_set[row] = array.reshape(data_set.shape[1:])
        self._rows, self._last = row + 1, step

    def _data_set(self, name: str, array: Any) -> None:
        if name in self._data_sets:
            return
        dims = self._dims(name, array.shape)
        label = Label(name, statistic="last", window="at the step", plugin=self._plugin(name))
        stored = _free_name(self._group, name, "state")
        data_set = schema.add_array(
            self._group, stored, ("snapshot_step", *dims), array.dtype, label
        )
        data_set.attrs["tensor_shape"] = np.array(array.shape, np.int32)
        self._data_sets[name] = data_set

    def _dims(self, name: str, shape: Shape) -> tuple[str, ...]:
        """The scales of a state tensor, as far as its name and sizes tell them."""
        if len(shape) > 1 and shape == self._weight_shape:
            return ("neuron", "input")
        if name.startswith("normalisation."):
            first = "input" if shape[:1] == (self._inputs,) else "channel"
            return schema.own_dims(self._group, shape, (first, "input_y", "input_x"))
        neurons = len(self._group["neuron"])
        names = ("neuron", "y", "x") if len(shape) == 3 else ("neuron",)
        if shape[:1] != (neurons,) and self._weight_shape:
            names = ("input",) if shape == (self._inputs,) else ("channel",)
        return schema.own_dims(self._group, shape, names)

    def _plugin(self, name: str) -> str:
        return self._plugins.get("synapse", "") if name == "w" else _plugin(name, self._plugins)


class Events:
    """What happened, in the order in which it did."""

    def __init__(self, group: Any) -> None:
        self._group = group
        self._scale = schema.add_scale(group, "event")
        kinds = {
            "step": np.int32,
            "kind": schema.text_type(schema.KIND_WIDTH),
            "message": schema.text_type(schema.MESSAGE_WIDTH),
        }
        for name, kind in kinds.items():
            stored = name if name != "step" else "event_step"
            schema.add_array(group, stored, ("event",), kind, Label(f"{name} of the event"))
        self._waiting: list[tuple[int, str, str]] = []
        self._written = 0

"""What a run consists of: series by steps, state by snapshots, events. Each writes whole blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

import numpy as np

from neuroplast.recording import schema
from neuroplast.recording.recorder import Series, SeriesHeader, Statistic
from neuroplast.recording.schema import Label
from neuroplast.shapes import Shape


@dataclass
class _Column:
    """One series: what is known of it, and the blocks of samples that wait, each with its steps."""

    label: Label
    header: SeriesHeader
    sizes: Shape
    blocks: list[tuple[Any, Any]] = field(default_factory=list)


class Table:
    """The series of a group along its scale `step`: samples are added, and at last written, once.

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
        self._data_sets: dict[str, Any] = {}
        self._steps: list[Any] = []

    def declare(self, name: str, header: SeriesHeader) -> None:
        """Make a series known before its first sample; its scales are in the group."""
        sizes = tuple(len(self._group[dim]) for dim in header.dims)
        self._columns[name] = _Column(self._label(name, header), header, sizes)
        self._data_set(name)

    def add(
        self, steps: Sequence[int], samples: Mapping[str, Any], labels: Mapping[str, Series]
    ) -> None:
        """Add arrays with a sample for each of these steps, which ascend; labels: what is known of each series."""
        for name, array in samples.items():
            if name not in self._columns:
                header = self._described(name, labels[name], array)
                self._columns[name] = _Column(self._label(name, header), header, array.shape[1:])
        self.put(steps, samples)

    def put(self, steps: Sequence[int], samples: Mapping[str, Any]) -> None:
        """The same for series that are known."""
        for name, array in samples.items():
            self._check(name, array.shape[1:])
        rows = np.array(steps, np.int64)
        self._steps.append(rows)
        for name, array in samples.items():
            self._columns[name].blocks.append((rows, array))

    def write(self) -> None:
        """Write a row for each step; a row that a series lacks is NaN."""
        steps = np.unique(np.concatenate(self._steps)) if self._steps else np.empty(0, np.int64)
        self._scale.resize(len(steps), axis=0)
        self._scale[:] = steps
        for name, column in self._columns.items():
            data_set = self._data_set(name)
            data_set.resize(len(steps), axis=0)
            if column.blocks:
                first, block = _block(column, steps)
                data_set[first : first + len(block)] = block

    def _check(self, name: str, shape: Shape) -> None:
        wanted = self._columns[name].sizes
        if shape != wanted:
            raise ValueError(
                f"{self._speaker}: a sample of series {name!r} has shape {shape}, not {wanted}; "
                "give always the same"
            )

    def _described(self, name: str, label: Series, array: Any) -> SeriesHeader:
        """What the first samples say of a series."""
        shape = array.shape[1:]
        if label.dims is None and shape not in ((), (self._neurons,)):
            raise ValueError(
                f"{self._speaker}: a sample of series {name!r} has shape {shape}; give one number, "
                f"one value for each of {self._neurons} neurons, or name its dimensions"
            )
        named = ("neuron",) if label.dims is None else label.dims
        dims = schema.own_dims(self._group, shape, named)
        return SeriesHeader(label.long_name, dims, label.unit, label.statistic, _stored_type(array))

    def _label(self, name: str, header: SeriesHeader) -> Label:
        window = (
            "at the step" if header.statistic == Statistic.last else "since the previous sample"
        )
        plugin = _plugin(name, self._plugins)
        return Label(header.long_name, header.unit, header.statistic, window, plugin)

    def _data_set(self, name: str) -> Any:
        if name not in self._data_sets:
            header, sizes = self._columns[name].header, self._columns[name].sizes
            stored = _free_name(self._group, name, "series")
            data_set = schema.add_array(
                self._group, stored, ("step", *header.dims), header.dtype, self._columns[name].label
            )
            if header.shape and header.shape != sizes:
                data_set.attrs["tensor_shape"] = np.array(header.shape, np.int32)
            self._data_sets[name] = data_set
        return self._data_sets[name]


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
        self._rows_of_weights = "neuron"
        if weight_shape and weight_shape[0] != neurons:
            self._rows_of_weights = "unit"
            schema.add_scale(group, "unit", weight_shape[0])
        if weight_shape:
            schema.add_scale(group, "input", self._inputs)
            group.attrs["weight_shape"] = np.array(weight_shape, np.int32)
        self._data_sets: dict[str, Any] = {}
        self._rows, self._last = 0, -1

    def write(self, step: int, state: Mapping[str, Any]) -> None:
        """Write a snapshot: a new one, or that of the same step again."""
        row = self._rows - 1 if self._rows and step == self._last else self._rows
        for name, array in state.items():
            self._data_set(name, array)
        for data_set in (self._scale, *self._data_sets.values()):
            data_set.resize(row + 1, axis=0)
        for name, array in state.items():
            data_set = self._data_sets[name]
            data_set[row] = array.reshape(data_set.shape[1:])
        self._scale[row] = step
        self._rows, self._last = row + 1, step

    def _data_set(self, name: str, array: Any) -> None:
        if name in self._data_sets:
            return
        dims = self._dims(name, array.shape)
        plugin = _plugin(name, self._plugins)
        label = Label(name, statistic=Statistic.last, window="at the step", plugin=plugin)
        stored = _free_name(self._group, name, "state")
        data_set = schema.add_array(
            self._group, stored, ("snapshot_step", *dims), array.dtype, label
        )
        if self._flattened(array.shape):
            data_set.attrs["tensor_shape"] = np.array(array.shape, np.int32)
        self._data_sets[name] = data_set

    def _dims(self, name: str, shape: Shape) -> tuple[str, ...]:
        """The scales of a state tensor, as far as its name and sizes tell them."""
        if self._flattened(shape):
            return (self._rows_of_weights, "input")
        if name.startswith("normalisation."):
            first = "input" if shape[:1] == (self._inputs,) else "channel"
            return schema.own_dims(self._group, shape, (first, "input_y", "input_x"))
        names: tuple[str, ...] = ("neuron", "y", "x") if len(shape) == 3 else ("neuron",)
        if shape[:1] != (len(self._group["neuron"]),):
            names = ("input",) if shape == (self._inputs,) else ()
        return schema.own_dims(self._group, shape, names)

    def _flattened(self, shape: Shape) -> bool:
        return len(shape) > 1 and shape == self._weight_shape


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
        self._data_sets = [
            schema.add_array(
                group, name, ("event",), kind, Label(f"{name} of the event"), compressed=True
            )
            for name, kind in kinds.items()
        ]
        self._waiting: list[tuple[int, bytes, bytes]] = []
        self._written = 0

    def add(self, step: int, kind: str, message: str) -> None:
        """Add an event; a text that is too long is cut."""
        short = schema.encoded(kind, schema.KIND_WIDTH)
        self._waiting.append((step, short, schema.encoded(message, schema.MESSAGE_WIDTH)))

    def write(self) -> None:
        """Write what waits."""
        rows = self._written + len(self._waiting)
        columns = zip(*self._waiting, strict=True) if self._waiting else ()
        self._scale.resize(rows, axis=0)
        self._scale[self._written :] = np.arange(self._written, rows)
        for data_set, values in zip(self._data_sets, columns, strict=False):
            data_set.resize(rows, axis=0)
            data_set[self._written :] = np.array(values, data_set.dtype)
        self._written = rows
        self._waiting.clear()


def _block(column: _Column, steps: Any) -> tuple[int, Any]:
    """The first row and the array of all samples of a series, where the rows of its group are these steps."""
    rows = [np.searchsorted(steps, own) for own, _ in column.blocks]
    first, last = min(own.min() for own in rows), max(own.max() for own in rows)
    block = np.full((last - first + 1, *column.sizes), np.nan, column.header.dtype)
    for own, (_, array) in zip(rows, column.blocks, strict=True):
        block[own - first] = array
    return first, block


def _stored_type(array: Any) -> Literal["float32", "float64"]:
    """float32 for values per neuron that have no more digits; float64 for the rest."""
    return "float32" if array.ndim > 1 and array.dtype == np.float32 else "float64"


def _free_name(group: Any, name: str, role: str) -> str:
    stored = schema.stored_name(name)
    return f"{stored}.{role}" if stored in group else stored


def _plugin(name: str, plugins: Mapping[str, str]) -> str:
    """The plugin behind `<part>.<name>`."""
    return plugins.get(name.split(".")[0], "") if "." in name else ""

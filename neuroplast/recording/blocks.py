"""What grows while a run is recorded: series by rows, state by snapshots, events. Each writes whole blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from neuroplast.recording import schema
from neuroplast.recording.recorder import Series, SeriesHeader, Statistic
from neuroplast.recording.schema import Label
from neuroplast.shapes import Shape


@dataclass
class _Column:
    """One series: what is known of it, and the samples that wait, by row."""

    label: Label
    header: SeriesHeader
    sizes: Shape
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

    def declare(self, name: str, header: SeriesHeader) -> None:
        """Make a series known before its first sample; its scales are in the group."""
        sizes = tuple(len(self._group[dim]) for dim in header.dims)
        self._columns[name] = _Column(self._label(name, header), header, sizes)
        self._data_set(name)

    def add(self, step: int, values: Mapping[str, Series]) -> None:
        """Add samples to the row of `step`: the last row, or a new one."""
        for name, series in values.items():
            if name not in self._columns:
                header = self._described(name, series)
                sizes = tuple(series.value.shape) if isinstance(series.value, Tensor) else ()
                self._columns[name] = _Column(self._label(name, header), header, sizes)
        self.put(step, {name: series.value for name, series in values.items()})

    def put(self, step: int, values: Mapping[str, Tensor | float]) -> None:
        """The same for series that are known. Tensors are kept as they are, and must not change any more."""
        for name, value in values.items():
            self._check(name, value)
        if step != self._last:
            self._steps.append(step)
            self._last = step
        row = max(0, self._written + len(self._steps) - 1)
        for name, value in values.items():
            self._columns[name].waiting[row] = value

    def write(self) -> None:
        """Write the rows that wait; a row that a series lacks is NaN."""
        rows = self._written + len(self._steps)
        self._scale.resize(rows, axis=0)
        self._scale[self._written :] = self._steps
        for name, column in self._columns.items():
            data_set = self._data_set(name)
            data_set.resize(rows, axis=0)
            if column.waiting:
                first, block = _block(column)
                data_set[first : first + len(block)] = block
                column.waiting.clear()
        self._written = rows
        self._steps.clear()

    def _check(self, name: str, value: Tensor | float) -> None:
        shape, wanted = (
            tuple(value.shape) if isinstance(value, Tensor) else (),
            self._columns[name].sizes,
        )
        if shape != wanted:
            raise ValueError(
                f"{self._speaker}: a sample of series {name!r} has shape {shape}, not {wanted}; "
                "give always the same"
            )

    def _described(self, name: str, series: Series) -> SeriesHeader:
        """What the first sample says of a series."""
        shape = tuple(series.value.shape) if isinstance(series.value, Tensor) else ()
        if series.dims is None and shape not in ((), (self._neurons,)):
            raise ValueError(
                f"{self._speaker}: a sample of series {name!r} has shape {shape}; give one number, "
                f"one value for each of {self._neurons} neurons, or name its dimensions"
            )
        named = ("neuron",) if series.dims is None else series.dims
        dims = schema.own_dims(self._group, shape, named)
        dtype = _series_type(series)
        return SeriesHeader(series.long_name, dims, series.unit, series.statistic, dtype)

    def _label(self, name: str, header: SeriesHeader) -> Label:
        window = (
            "at the step" if header.statistic == Statistic.last else "since the previous sample"
        )
        plugin = _plugin(name, self._plugins)
        return Label(header.long_name, header.unit, header.statistic, window, plugin)

    def _data_set(self, name: str) -> Any:
        column = self._columns[name]
        if column.data_set is None:
            stored = _free_name(self._group, name, "series")
            dims, shape = ("step", *column.header.dims), column.header.shape
            column.data_set = schema.add_array(
                self._group, stored, dims, column.header.dtype, column.label
            )
            if shape and shape != column.sizes:
                column.data_set.attrs["tensor_shape"] = np.array(shape, np.int32)
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


def as_array(tensor: Tensor) -> Any:
    """A tensor as an array on the host, in a type that every reader knows."""
    host = tensor.detach().cpu()
    if host.is_complex():
        raise ValueError("state with complex numbers cannot be recorded; split it into two tensors")
    # By NumPy, since this runs beside learning: whoever asks torch for a pass over much starts threads of its own, and
    # with more of them than cores those of learning go to sleep between any two passes.
    if host.dtype == torch.bool:
        return host.view(torch.uint8).numpy()
    if host.dtype == torch.bfloat16:  # the upper half of a float32
        return (host.view(torch.int16).numpy().astype(np.int32) << 16).view(np.float32)
    if host.dtype == torch.float16:
        return host.numpy().astype(np.float32)
    known = not host.is_floating_point() or host.dtype in (torch.float32, torch.float64)
    return (host if known else host.float()).numpy()


def _block(column: _Column) -> tuple[int, Any]:
    """The first row and the array of the samples that wait."""
    rows = sorted(column.waiting)
    values = [column.waiting[row] for row in rows]
    arrays = [as_array(v) if isinstance(v, Tensor) else v for v in values]
    block = np.full((rows[-1] - rows[0] + 1, *column.sizes), np.nan, column.header.dtype)
    block[np.array(rows) - rows[0]] = np.stack(arrays)
    return rows[0], block


def _series_type(series: Series) -> Literal["float32", "float64"]:
    """float32 for values per neuron that have no more digits; float64 for the rest."""
    value = series.value
    short = (torch.float32, torch.bfloat16, torch.float16)
    per_neuron = isinstance(value, Tensor) and value.dim() > 0 and value.dtype in short
    return "float32" if per_neuron else "float64"


def _free_name(group: Any, name: str, role: str) -> str:
    stored = schema.stored_name(name)
    return f"{stored}.{role}" if stored in group else stored


def _plugin(name: str, plugins: Mapping[str, str]) -> str:
    """The plugin behind `<part>.<name>`."""
    return plugins.get(name.split(".")[0], "") if "." in name else ""

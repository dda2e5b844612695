"""What was sampled in a run, table by table, with what the record says of each column: for comparisons and exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from neuroplast.recording.joined import Array, Group
from neuroplast.recording.reader import along, projections
from neuroplast.recording.recording import Recording
from neuroplast.recording.schema import plain_name
from neuroplast.shapes import Shape

Kind = Literal["state", "layer", "probe", "metrics"]
"""All state of a layer, its series, what a probe saw of one layer, or the metrics of a read-out or a measure."""


@dataclass(frozen=True, eq=False)
class Column:
    """One thing that was sampled. dims: of a sample as it is stored; shape: its own, where weights are flattened."""

    name: str
    long_name: str
    unit: str
    statistic: str
    dims: tuple[str, ...]
    shape: Shape
    _array: Array = field(repr=False)

    @property
    def dtype(self) -> Any:
        """The type of a value."""
        return self._array.dtype

    @property
    def sizes(self) -> Shape:
        """The shape of a sample as it is stored."""
        return self._array.shape[1:]

    def values(self) -> Any:
        """All samples, (rows, *sizes); what a row lacks is not a number there."""
        return self._array[:]

    def rows(self, numbers: Sequence[int]) -> Any:
        """Some samples, by growing row numbers, each in its own shape."""
        return self._array[list(numbers)].reshape(-1, *self.shape)


@dataclass(frozen=True, eq=False)
class Sampled:
    """What was sampled at the same steps.

    names: the layer; the probe and the layer; or the group of metrics. steps: after which each row was taken.
    coordinates: the values along each dimension, such as which neurons.
    """

    kind: Kind
    names: tuple[str, ...]
    steps: tuple[int, ...]
    columns: Mapping[str, Column]
    coordinates: Mapping[str, Any]

    @property
    def title(self) -> str:
        """In words."""
        return f"{self.kind} {', '.join(self.names)}"


def sampled(recording: Recording) -> list[Sampled]:
    """Every table of a run, those of layers in their order; nothing but steps is read yet."""
    layers = recording.root.group("layers").groups
    by_name = {plain_name(stored): group for stored, group in layers.items()}
    return [
        *(_state(name, by_name[name]) for name in recording.layers),
        *(_series("layer", (name,), by_name[name]) for name in recording.layers),
        *_probes(recording.root),
        *(
            _series("metrics", (plain_name(stored),), group)
            for stored, group in recording.root.group("metrics").groups.items()
        ),
    ]


def _probes(root: Group) -> Iterator[Sampled]:
    found = root.groups.get("probes")
    for probe, group in (found.groups if found else {}).items():
        for layer, seen in group.groups.items():
            yield _series("probe", (plain_name(probe), plain_name(layer)), seen)


def _series(kind: Kind, names: tuple[str, ...], group: Group) -> Sampled:
    columns = {name: _column(name, array) for name, array in along(group, "step", "series")}
    dims = {dim for column in columns.values() for dim in column.dims}
    coordinates = {dim: group.array(dim)[:] for dim in sorted(dims) if dim in group.arrays}
    return Sampled(kind, names, _steps(group, "step"), columns, coordinates)


def _state(layer: str, group: Group) -> Sampled:
    columns = {
        f"{prefix}{name}": _column(f"{prefix}{name}", array)
        for prefix, node in projections(group)
        for name, array in along(node, "snapshot_step", "state")
    }
    return Sampled("state", (layer,), _steps(group, "snapshot_step"), columns, {})


def _steps(group: Group, scale: str) -> tuple[int, ...]:
    return tuple(int(step) for step in group.array(scale)[:])


def _column(name: str, array: Array) -> Column:
    said = array.attributes
    return Column(
        name=name,
        long_name=str(said.get("long_name", name)),
        unit=str(said.get("units", "1")),
        statistic=str(said.get("statistic", "")),
        dims=tuple(array.dims[1:]),
        shape=tuple(int(size) for size in said.get("tensor_shape", array.shape[1:])),
        _array=array,
    )

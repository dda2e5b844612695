"""The one interface through which a run is written, so that any writer can stand behind it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from torch import Tensor

from neuroplast.recording.schema import RunState as RunState
from neuroplast.recording.schema import Statistic as Statistic
from neuroplast.shapes import Shape


@dataclass(frozen=True)
class LayerHeader:
    """What the record says of a layer before anything is learnt.

    weight_shapes: the shape of each tensor of weights before it is flattened to (neuron, input), by name.
    attributes: rule, competition and the like, for people who browse the file.
    """

    name: str
    neurons: int
    input_shape: Shape
    weight_shapes: Mapping[str, Shape] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SeriesHeader:
    """What the record says of a series before its first sample.

    dims: the scales along which one sample lies, without the step. statistic: what it is of the steps it stands for.
    shape: its own, where the scales give a flattened one, as for weights (neuron, input).
    """

    long_name: str
    dims: tuple[str, ...] = ()
    unit: str = "1"
    statistic: Statistic = Statistic.last
    dtype: Literal["float32", "float64"] = "float32"
    shape: Shape = ()


@dataclass(frozen=True)
class ProbeHeader:
    """What the record says of a probe on one layer before anything is learnt.

    scales: the values along each dimension: how many (0, 1, ...), or the values themselves, such as which neurons.
    attributes: for people who browse the file.
    """

    name: str
    layer: str
    scales: Mapping[str, int | tuple[int, ...] | tuple[float, ...]]
    series: Mapping[str, SeriesHeader]
    attributes: Mapping[str, str] = field(default_factory=dict)

    def sizes(self, series: str) -> Shape:
        """The shape of one sample of a series as it is stored."""
        scales = (self.scales[dim] for dim in self.series[series].dims)
        return tuple(scale if isinstance(scale, int) else len(scale) for scale in scales)


@dataclass(frozen=True)
class SourceFile:
    """A local file of Python that provides parts which take part: its name, and its text."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Header:
    """What the record says of a run before anything is learnt.

    scenario: the resolved scenario as plain data. provenance: all that may differ between two executions, and versions.
    parts: `kind:name==version` of every part that takes part. packages: `name==version`.
    data: name, copy, source and sha256 of the arrays used. input_shape: the shape of one stimulus.
    probes: each on each layer that it looks at. files: of parts that no package provides.
    """

    title: str
    condition: str
    seed: int
    steps_total: int
    scenario: Mapping[str, Any]
    provenance: Mapping[str, str | int | float]
    parts: tuple[str, ...]
    packages: tuple[str, ...]
    data: Mapping[str, str]
    input_shape: Shape
    layers: tuple[LayerHeader, ...]
    probes: tuple[ProbeHeader, ...] = ()
    files: tuple[SourceFile, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As data that JSON knows, from which `from_plain` makes the same again."""
        return dict(TypeAdapter(Header).dump_python(self, mode="json"))

    @staticmethod
    def from_plain(data: Any) -> Header:
        """What `plain` gave. ValueError where it is something else."""
        return TypeAdapter(Header).validate_python(data)


class Series(NamedTuple):
    """One sample of a series: a number, one value per neuron (post,), or an array along other dimensions.

    statistic: what it is of the steps it stands for. unit: "1" if it has none.
    dims: the names of its axes; by default none for a number, and ("neuron",) for one value per neuron.
    """

    value: Tensor | float
    long_name: str
    unit: str = "1"
    statistic: Statistic = Statistic.last
    dims: tuple[str, ...] | None = None

    def of(self, value: Tensor | float) -> Series:
        """The same with another value."""
        return Series(value, *self[1:])


class Recorder(ABC):
    """Writes one run. After `start`, any of the others in any order; `close` once, whatever happens."""

    @abstractmethod
    def start(self, header: Header) -> None:
        """Begin the record; its state is "running". DataError where it cannot be written."""

    @abstractmethod
    def series(self, layer: str, step: int, values: Mapping[str, Series]) -> None:
        """Add a sample of each series of a layer, taken at the end of step `step` (1 is the first).

        values: kept as they are, so nobody may change their tensors any more.
        """

    def samples(self, layer: str, steps: Sequence[int], values: Mapping[str, Series]) -> None:
        """Add several samples of each series at once: tensors with an axis for the samples before their own."""
        for i, step in enumerate(steps):
            parts = {
                name: s.of(s.value[i]) for name, s in values.items() if isinstance(s.value, Tensor)
            }
            self.series(layer, step, parts)

    @abstractmethod
    def probe(self, name: str, layer: str, step: int, values: Mapping[str, Tensor | float]) -> None:
        """Add what a probe saw in a layer, by series; name, layer, series and their shapes are those of the header."""

    @abstractmethod
    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep all state of all layers, by layer and name, as it is after `step` steps (0 is the start)."""

    @abstractmethod
    def metrics(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Add metrics of a read-out."""

    @abstractmethod
    def event(self, step: int, kind: str, message: str) -> None:
        """Note that something happened."""

    @property
    @abstractmethod
    def is_due(self) -> bool:
        """Whether it is time for a commit."""

    @abstractmethod
    def commit(self, step: int, state: Mapping[str, Any], wait: bool = False) -> None:
        """Let what was added so far survive the end of this process, with all that decides how the run goes on.

        state: nested tables of tensors, numbers and texts, after `step` steps. wait: until it does; else it soon will.
        """

    @abstractmethod
    def close(self, state: RunState, steps_done: int) -> None:
        """Finish the record in this state; what was added can be read."""


class NoRecorder(Recorder):
    """Writes nothing, for learning without a record."""

    def start(self, header: Header) -> None:
        """Nothing."""

    def series(self, layer: str, step: int, values: Mapping[str, Series]) -> None:
        """Nothing."""

    def probe(self, name: str, layer: str, step: int, values: Mapping[str, Tensor | float]) -> None:
        """Nothing."""

    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Nothing."""

    def metrics(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Nothing."""

    def event(self, step: int, kind: str, message: str) -> None:
        """Nothing."""

    is_due = False

    def commit(self, step: int, state: Mapping[str, Any], wait: bool = False) -> None:
        """Nothing."""

    def close(self, state: RunState, steps_done: int) -> None:
        """Nothing."""

"""A recorded run as it is read back: what was asked, what was found, and every state of every layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np

from neuroplast.errors import DataError
from neuroplast.recording import verification
from neuroplast.recording.damage import reading
from neuroplast.recording.folder import Segment
from neuroplast.recording.joined import Array, Group
from neuroplast.recording.opening import Source
from neuroplast.recording.schema import RunState

if TYPE_CHECKING:
    from torch import Tensor
    from xarray import DataTree

    from neuroplast.recording.recorder import SeriesHeader, SourceFile
    from neuroplast.shapes import Shape

State = dict[str, dict[str, "Tensor"]]
"""All state, by layer and name, as `Network.load_state` takes it."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Samples(NamedTuple):
    """A series: at which steps it was sampled (samples,), and the values, (samples,) or (samples, neurons)."""

    steps: Tensor
    values: Tensor


class Event(NamedTuple):
    """Something that happened after so many steps."""

    step: int
    kind: str
    message: str


class Lazy(Mapping[Key, Value], Generic[Key, Value]):
    """A mapping whose values are read from the file each time they are asked for."""

    def __init__(self, read: Mapping[Key, Callable[[], Value]]) -> None:
        self._read = read

    def __getitem__(self, key: Key) -> Value:
        """Read the value."""
        return self._read[key]()

    def __iter__(self) -> Iterator[Key]:
        """The keys, without reading."""
        return iter(self._read)

    def __len__(self) -> int:
        """How many there are, without reading."""
        return len(self._read)


@dataclass(frozen=True, eq=False)
class RecordedLayer:
    """One layer of a run. series: its samples by name, read when asked for; NaN where a row lacks one.

    headers: what the record says of each series, such as its unit.
    """

    name: str
    neurons: int
    input_shape: Shape
    weight_shapes: Mapping[str, Shape]
    attributes: Mapping[str, str]
    series: Mapping[str, Samples]
    headers: Mapping[str, SeriesHeader]
    steps: tuple[int, ...]
    snapshot_steps: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Recording:
    """A run, read from its file, or from the segments of one that has not ended.

    path: the file, or the folder of a run that has not ended. scenario: as it was resolved.
    provenance: all that may differ between two executions; its `content_sha256` is empty unless the run was closed.
    metrics: by group and name. probes: by probe, layer and series.
    files: local files with parts that take part; their code is of whoever wrote the record.
    segments: those of a run that has not ended. damage: what was left out with `partial`, empty where nothing was.
    root: its groups and data sets as they lie in the files.
    Close it, or use it in a `with` statement, where the file has to be free again.
    """

    path: Path
    state: RunState
    title: str
    condition: str
    seed: int
    steps_done: int
    steps_total: int
    input_shape: Shape
    scenario: dict[str, Any]
    provenance: dict[str, str | int | float]
    parts: tuple[str, ...]
    packages: tuple[str, ...]
    data: dict[str, str]
    layers: dict[str, RecordedLayer]
    metrics: Mapping[str, Mapping[str, Samples]]
    probes: Mapping[str, Mapping[str, Mapping[str, Samples]]]
    events: list[Event]
    files: tuple[SourceFile, ...]
    damage: str
    segments: tuple[Segment, ...]
    _source: Source = field(repr=False)
    root: Group = field(repr=False)
    _states: dict[str, dict[str, Stored]] = field(repr=False)

    @property
    def snapshot_steps(self) -> tuple[int, ...]:
        """After how many steps all state was kept."""
        return tuple(sorted({step for x in self.layers.values() for step in x.snapshot_steps}))

    @property
    def snapshots(self) -> Mapping[int, State]:
        """All snapshots by step, read when asked for."""
        return Lazy({step: partial(self.snapshot, step) for step in self.snapshot_steps})

    def snapshot(self, step: int | None = None) -> State:
        """All state after so many steps, the last kept by default; DataError where none was kept."""
        kept = self.snapshot_steps
        if step is None and not self.layers:
            return {}
        if not kept or (step is not None and step not in kept):
            asked = "any step" if step is None else f"step {step}"
            there = ", ".join(map(str, kept)) or "none, since it ended before the first"
            raise DataError(f"{self.path}: no state was kept at {asked}; snapshots there: {there}")
        chosen = kept[-1] if step is None else step
        with reading(self.path, self._source.files[0]):
            return {
                layer.name: {
                    name: stored.read(layer.snapshot_steps.index(chosen))
                    for name, stored in self._states[layer.name].items()
                }
                for layer in self.layers.values()
                if chosen in layer.snapshot_steps
            }

    def final_state(self) -> State:
        """All state as it was kept last."""
        return self.snapshot()

    @cached_property
    def tree(self) -> DataTree:
        """All layers, metrics, probes and events as an xarray DataTree, whose values are read when asked for.

        Groups and variables have the names that they have in the file. The same for the segments of a run and for
        the one file that they become; what may differ between executions is left out.
        """
        from neuroplast.recording.tree import data_tree

        with reading(self.path, self._source.files[0]):
            return data_tree(self.root)

    @property
    def bytes(self) -> int:
        """How large its files are."""
        return sum(path.stat().st_size for path in self._source.paths if path.exists())

    def is_intact(self) -> bool:
        """Whether the content is what was there when the files were closed; reads all of it."""
        with reading(self.path, self._source.files[0]):
            found = (
                wrong for file in self._source.files for wrong in verification.differences(file)
            )
            return next(found, None) is None

    def close(self) -> None:
        """Free the files; series and snapshots cannot be read any more."""
        self._source.close()

    def __enter__(self) -> Recording:
        """Use it and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Free the files."""
        self.close()


class Stored(NamedTuple):
    """A state tensor of the run, one row for each snapshot. shape: its own, in which it is given back."""

    array: Array
    shape: Shape

    def read(self, row: int) -> Tensor:
        """The tensor as one snapshot kept it."""
        import torch

        return torch.from_numpy(np.array(self.array[row])).reshape(self.shape)

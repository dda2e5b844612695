"""A recorded run as it is read back: what was asked, what was found, and every state of every layer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor

from neuroplast.errors import DataError
from neuroplast.recording.digest import content_sha256
from neuroplast.recording.recorder import RunState, SeriesHeader, SourceFile
from neuroplast.shapes import Shape

State = dict[str, dict[str, Tensor]]
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
    """A run, read from its file.

    scenario: as it was resolved. provenance: all that may differ between two executions; its
    `content_sha256` is empty unless the run was closed. metrics: by group and name.
    files: local files with parts that take part; their code is of whoever wrote the record.
    snapshot_steps: after how many steps all state was kept; 0 is the start.
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
    metrics: dict[str, dict[str, Samples]]
    events: list[Event]
    files: tuple[SourceFile, ...]
    _file: Any = field(repr=False)
    _states: dict[str, dict[str, "Stored"]] = field(repr=False)

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
        with reading(self.path, self._file):
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

    def is_intact(self) -> bool:
        """Whether the content is what was there when the run was closed; reads the whole file."""
        with reading(self.path, self._file):
            return content_sha256(self._file) == self.provenance["content_sha256"]

    def close(self) -> None:
        """Free the file; series and snapshots cannot be read any more."""
        self._file.close()

    def __enter__(self) -> "Recording":
        """Use it and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Free the file."""
        self.close()


class Stored(NamedTuple):
    """A state tensor in the file, one row for each snapshot. shape: its own, in which it is given back."""

    data_set: Any
    shape: Shape

    def read(self, row: int) -> Tensor:
        """The tensor as one snapshot kept it."""
        return torch.from_numpy(np.array(self.data_set[row])).reshape(self.shape)


@contextmanager
def reading(path: Path, file: Any = True) -> Iterator[None]:
    """Say in one sentence what is wrong where a file cannot be read, or is closed."""
    if not file:
        raise DataError(f"{path}: was closed; open it again with open_run")
    try:
        yield
    except PermissionError:
        raise DataError(f"{path}: may not be read; ask its owner, or copy it") from None
    except BlockingIOError:
        raise DataError(
            f"{path}: is being written by a run; wait until that ends, or stop it with Ctrl-C"
        ) from None
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            f"{path}: is damaged or was cut short ({reason}); copy it again, or repeat the run"
        ) from error

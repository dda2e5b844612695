"""What was recorded since the last commit, where it was made, until it is copied to the host in one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from torch import Tensor

from neuroplast.recording.buffer import Buffer, Kind
from neuroplast.recording.recorder import Series
from neuroplast.recording.runfile import RunFile

Replay = Callable[[RunFile], None]

Values = Mapping[str, Tensor | float]

Group = str | tuple[str, str]
"""A layer, or a probe and its layer."""


class Shelf:
    """Samples of one layer or probe that consist of the same: tensors in a buffer, plain numbers beside it.

    labels: what is known of each series; none of a probe's, which the header tells.
    """

    def __init__(self, group: Group, sample: Values, labels: Mapping[str, Series]) -> None:
        self.group = group
        self.labels = {name: series.of(0.0) for name, series in labels.items()}
        self.tensors = {
            name: Kind(name, value.shape, value.dtype, value.device)
            for name, value in sample.items()
            if isinstance(value, Tensor)
        }
        self.names = [name for name in sample if name not in self.tensors]
        self.buffer = Buffer([*self.tensors.values()])
        self.steps: list[int] = []
        self._numbers: list[list[float]] = []

    def fits(self, values: Values, axes: int) -> bool:
        """Whether a sample consists of the same; or several, where axes is 1: that of the samples."""
        if len(values) != len(self.tensors) + len(self.names):
            return False
        for name, kind in self.tensors.items():
            value = values.get(name)
            if not isinstance(value, Tensor):
                return False
            if value.shape[axes:] != kind.shape or value.dtype != kind.dtype:
                return False
        return all(isinstance(values.get(name), int | float) for name in self.names)

    def add(self, step: int, values: Values) -> None:
        """Copy a sample."""
        self.steps.append(step)
        self.buffer.add(values)
        self._numbers.append([float(values[name]) for name in self.names])

    def add_all(self, steps: Sequence[int], values: Mapping[str, Tensor]) -> None:
        """Copy several, of tensors alone."""
        self.steps += steps
        self.buffer.add(values, len(steps))
        self._numbers += [[] for _ in steps]

    def replay(self, file: RunFile) -> None:
        """Add all samples to a file."""
        numbers = np.array(self._numbers, np.float64).reshape(len(self.steps), len(self.names))
        samples = {**self.buffer.arrays(), **dict(zip(self.names, numbers.T, strict=True))}
        if isinstance(self.group, str):
            file.series(self.group, self.steps, samples, self.labels)
        else:
            file.probe(*self.group, self.steps, samples)


class Waiting:
    """Samples, snapshots, metrics and events in the order in which they came."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.bytes = 0
        self._shelves: dict[Group, list[Shelf]] = defaultdict(list)
        self._others: list[Replay] = []

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._shelves or self._others)

    def series(self, group: str, step: int, values: Mapping[str, Series]) -> None:
        """Keep samples as they are now."""
        self._add(group, step, {name: series.value for name, series in values.items()}, values)

    def samples(self, group: str, steps: Sequence[int], values: Mapping[str, Series]) -> None:
        """Keep several samples, of tensors with an axis for them before their own."""
        tensors = {name: s.value for name, s in values.items() if isinstance(s.value, Tensor)}
        shelf = self._shelf(group, tensors, values, axes=1)
        shelf.add_all(steps, tensors)
        self.bytes += shelf.buffer.sample_bytes * len(steps)

    def probe(self, name: str, layer: str, step: int, values: Mapping[str, Tensor | float]) -> None:
        """Keep what a probe saw as it is now."""
        self._add((name, layer), step, values, {})

    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep all state as it is now; on the host, since it is large."""
        kept = {
            layer: {name: t.detach().to("cpu", copy=True) for name, t in tensors.items()}
            for layer, tensors in state.items()
        }
        self.bytes += sum(t.nbytes for own in kept.values() for t in own.values())
        self._others.append(lambda file: file.snapshot(step, kept))

    def metrics(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Keep metrics."""
        kept = dict(values)
        self._others.append(lambda file: file.metrics(group, step, kept))

    def event(self, step: int, kind: str, message: str) -> None:
        """Keep an event."""
        self._others.append(lambda file: file.event(step, kind, message))

    def taken(self) -> Replay:
        """What adds all of it to a file; nothing waits any more."""
        others = self._others
        shelves = [shelf for alike in self._shelves.values() for shelf in alike]
        for shelf in shelves:
            shelf.buffer.fetch()
        self._begin()

        def replay(file: RunFile) -> None:
            for add in others:
                add(file)  # state first, so that the names of its scales do not depend on series
            for shelf in shelves:
                shelf.replay(file)

        return replay

    def _add(self, group: Group, step: int, values: Values, labels: Mapping[str, Series]) -> None:
        shelf = self._shelf(group, values, labels)
        shelf.add(step, values)
        self.bytes += shelf.buffer.sample_bytes

    def _shelf(
        self, group: Group, values: Values, labels: Mapping[str, Series], axes: int = 0
    ) -> Shelf:
        """Where samples like these are; axes: 1 for several at once."""
        for shelf in self._shelves[group]:
            if shelf.fits(values, axes):
                return shelf
        one = {name: v[0] if axes and isinstance(v, Tensor) else v for name, v in values.items()}
        shelf = Shelf(group, one, labels)
        self._shelves[group].append(shelf)
        return shelf

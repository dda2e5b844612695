"""What was recorded since the last commit, where it was made, until it is copied to the host in one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from neuroplast.recording.recorder import Series
from neuroplast.recording.runfile import RunFile

Replay = Callable[[RunFile], None]

Row = tuple[str | tuple[str, str], int, dict[str, Series]]
"""A layer, or a probe and its layer; a step; samples by series."""

LARGE = 2**18
"""Samples of so many values are moved one by one, so that the device need not hold them twice."""


class Waiting:
    """Samples, snapshots, metrics and events in the order in which they came."""

    def __init__(self) -> None:
        self.bytes = 0
        self._rows: list[Row] = []
        self._others: list[Replay] = []

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._rows or self._others)

    def series(self, group: str, step: int, values: Mapping[str, Series]) -> None:
        """Keep samples as they are now."""
        kept = {name: s.of(self._own(s.value)) for name, s in values.items()}
        self._rows.append((group, step, kept))

    def probe(self, name: str, layer: str, step: int, values: Mapping[str, Tensor | float]) -> None:
        """Keep what a probe saw as it is now."""
        kept = {series: Series(self._own(value), series) for series, value in values.items()}
        self._rows.append(((name, layer), step, kept))

    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep all state as it is now; on the host, since it is large."""
        kept = {
            layer: {name: t.detach().to("cpu", copy=True) for name, t in tensors.items()}
            for layer, tensors in state.items()
        }
        self.bytes += sum(
            t.numel() * t.element_size() for own in kept.values() for t in own.values()
        )
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
        rows, others = _on_host(self._rows), self._others
        self._rows, self._others, self.bytes = [], [], 0

        def replay(file: RunFile) -> None:
            for (
                add
            ) in others:  # state first, so that the names of its scales do not depend on series
                add(file)
            for group, step, values in rows:
                if isinstance(group, str):
                    file.series(group, step, values)
                else:
                    file.probe(*group, step, {name: s.value for name, s in values.items()})

        return replay

    def _own(self, value: Tensor | float) -> Tensor | float:
        if not isinstance(value, Tensor):
            return float(value)
        self.bytes += value.numel() * value.element_size()
        return value.detach().clone() if value.requires_grad else value.clone()


def _on_host(rows: list[Row]) -> list[Row]:
    """The same samples on the host: those of one size in one transfer, rather than each in its own."""
    alike: dict[tuple[object, ...], list[Tensor]] = defaultdict(list)
    for _, _, values in rows:
        for series in values.values():
            if isinstance(series.value, Tensor) and _is_stacked(series.value):
                alike[_kind(series.value)].append(series.value)
    moved = {kind: iter(torch.stack(found).cpu()) for kind, found in alike.items()}
    return [
        (group, step, {name: _moved(series, moved) for name, series in values.items()})
        for group, step, values in rows
    ]


def _moved(series: Series, moved: Mapping[tuple[object, ...], object]) -> Series:
    value = series.value
    if not isinstance(value, Tensor) or value.device.type == "cpu":
        return series
    if not _is_stacked(value):
        return series.of(value.cpu())
    return series.of(next(moved[_kind(value)]))  # type: ignore[call-overload]


def _is_stacked(value: Tensor) -> bool:
    """Whether it is moved together with others."""
    return value.device.type != "cpu" and value.numel() < LARGE


def _kind(tensor: Tensor) -> tuple[object, ...]:
    return (tensor.device, tensor.dtype, tuple(tensor.shape))

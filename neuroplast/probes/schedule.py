"""At which steps of a run a probe samples a layer: known before the run, from its stages."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np

from neuroplast.probes.spec import ProbeSpec

Steps = Any
"""Numbers of steps as a sorted array, each once; 1 is the first of the run."""

NEVER = sys.maxsize
"""After any step."""


@dataclass(frozen=True)
class Stretch:
    """Steps of a run in which the same layers adapt: those from start + 1 to start + steps.

    per_epoch: steps in an epoch. seen: whether the middle of a step can be looked into, which backprop does not allow.
    """

    start: int
    steps: int
    per_epoch: int
    layers: tuple[str, ...]
    seen: bool = True

    @property
    def end(self) -> int:
        """The last step."""
        return self.start + self.steps


def due(spec: ProbeSpec, stretches: Sequence[Stretch], layer: str) -> Steps:
    """The steps at which a probe samples a layer. It looks only at steps in which the layer adapts."""
    own = [s for s in stretches if layer in s.layers and s.steps]
    clipped = [c for c in (_clipped(s, spec) for s in own) if c]
    found: list[Iterable[int]] = [_moments(spec, own)]
    if spec.every:
        found.append(step for s in own for step in every(s, spec.every))
        found.append(last for _, last in clipped)
    if spec.log and clipped:
        found.append(_spaced(spec.log, clipped))
    steps = np.array(sorted({step for steps in found for step in steps}), np.int64)
    last = spec.until if spec.until is not None else np.inf
    return steps[(steps >= spec.first) & (steps <= last)]


def default_due(every_steps: int, stretches: Sequence[Stretch], layer: str) -> Steps:
    """The steps at which the default series of a layer are sampled."""
    own = (s for s in stretches if layer in s.layers)
    return np.array([step for s in own for step in every(s, every_steps)], np.int64)


def every(stretch: Stretch, steps: int) -> Iterator[int]:
    """Each so many steps from the beginning of a stretch, and its last."""
    yield from range(stretch.start + steps, stretch.end + 1, steps)
    if stretch.steps % steps:
        yield stretch.end


def _clipped(stretch: Stretch, spec: ProbeSpec) -> tuple[int, int] | None:
    """The first and last step of a stretch that a probe may look at."""
    first = max(stretch.start + 1, spec.first)
    last = stretch.end if spec.until is None else min(stretch.end, spec.until)
    return (first, last) if first <= last else None


def _moments(spec: ProbeSpec, own: Sequence[Stretch]) -> Iterator[int]:
    for s in own:
        if "phase" in spec.on:
            yield s.start + 1
        if "phase finished" in spec.on:
            yield s.end
        if "epoch" in spec.on:
            yield from every(s, s.per_epoch)
    if "layer finished" in spec.on and own:
        yield own[-1].end


def _spaced(points: int, clipped: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Steps spaced evenly in the logarithm of how many the layer has adapted in, the first and the last among them."""
    steps = np.concatenate([np.arange(first, last + 1) for first, last in clipped])
    places = np.geomspace(1, len(steps), points) if points > 1 else [len(steps)]
    yield from (int(steps[n - 1]) for n in np.unique(np.rint(places).astype(int)))


class Clock:
    """Tells which step is due, where steps are asked about in order; it begins anywhere."""

    def __init__(self, steps: Steps) -> None:
        self.last = int(steps[-1]) if len(steps) else -1
        self._coming = chain(map(int, steps), repeat(NEVER))
        self._next = -1

    def next(self, step: int) -> int:
        """The first step from this one on that is sampled; NEVER where none is."""
        while self._next < step:
            self._next = next(self._coming)
        return self._next

    def is_due(self, step: int) -> bool:
        """Whether this step is sampled."""
        return self.next(step) == step

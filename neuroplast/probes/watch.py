"""Everything that looks at the layers of a run while they learn: the default series, and the probes asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch

from neuroplast.layer import Layer
from neuroplast.monitor import Monitor
from neuroplast.probes.probe import Probe
from neuroplast.probes.schedule import Clock
from neuroplast.probes.variables import Glimpse
from neuroplast.projection import Projection
from neuroplast.view import View


class Watcher:
    """The observer of one layer. It is attached to steps that something wants to see, and costs nothing on others."""

    def __init__(
        self, layer: Layer, monitor: Monitor, clock: Clock, probes: Sequence[Probe]
    ) -> None:
        self.layer, self.monitor, self.probes = layer, monitor, probes
        self._clock = clock
        self._wanting: Sequence[Probe] = ()
        self._sampled = False
        self._until = 0
        self._glimpse: Glimpse | None = None

    def attach(self, step: int, seen: bool) -> None:
        """Get ready for a step; steps are asked about in order. seen: whether the middle of it can be looked into."""
        if step >= self._until:
            self._prepare(step)
        looks = self._sampled or self._wanting or self.monitor.keeps
        self.layer.observer = self if seen and looks else None

    def _prepare(self, step: int) -> None:
        """Choose what samples this step; where nothing does, that holds until something will."""
        coming = min([self._clock.next(step), *(probe.next(step) for probe in self.probes)])
        self._until = max(coming, step + 1)
        self._sampled = self._clock.is_due(step)
        self._wanting = [probe for probe in self.probes if probe.wants(step)]
        self._glimpse = Glimpse(self.layer) if coming == step else None

    @property
    def looks_inside(self) -> bool:
        """Whether anything is sampled in this step, and not just summed up."""
        return self._glimpse is not None

    def presented(self, layer: Layer, views: Sequence[View]) -> None:
        """Take what is there before weights change."""
        if self._sampled or self.monitor.keeps:
            self.monitor.begin(views)
        if self._glimpse is None:
            return
        needs = set(self.monitor.needs) if self._sampled else set()
        self._glimpse.begin(views, needs.union(*(probe.needs for probe in self._wanting)))
        for probe in self._wanting:
            probe.take(self._glimpse, "presented")

    def applied(self, layer: Layer, projection: Projection) -> None:
        """Take the change that the step applied."""
        if self._glimpse is not None:
            self._glimpse.apply(projection)

    def changed(self, layer: Layer) -> None:
        """Take what is there when the step is over."""
        if self._glimpse is None:
            return
        if self._sampled:
            self.monitor.end(self._glimpse)
        for probe in self._wanting:
            probe.take(self._glimpse, "changed")

    def record(self, step: int) -> bool:
        """Hand over the samples that are due; whether the default series are among them."""
        if self._glimpse is None:
            self.layer.observer = None
            return False
        if self.layer.observer is None:
            with torch.no_grad():
                self.changed(self.layer)
        self.layer.observer = self._glimpse = None  # it holds the weights from before the step
        for probe in self._wanting:
            probe.record(step)
        if self._sampled:
            self.monitor.record(step)
        return self._sampled


class Watch:
    """All watchers of a run, by layer."""

    def __init__(self, watchers: Iterable[Watcher]) -> None:
        self.watchers = {watcher.layer.name: watcher for watcher in watchers}

    def attach(self, layers: Iterable[str], step: int, seen: bool) -> None:
        """Get ready for a step of these layers."""
        for name in layers:
            self.watchers[name].attach(step, seen)

    def record(self, layers: Iterable[str], step: int) -> list[str]:
        """Hand over the samples that are due; the layers whose weights were found not to be finite."""
        sampled = [name for name in layers if self.watchers[name].record(step)]
        return [name for name in sampled if not self.watchers[name].monitor.finite()]

    def complaints(self) -> list[str]:
        """What looks unhealthy, layer by layer."""
        return [line for w in self.watchers.values() for line in w.monitor.complaints()]

    def flush(self) -> None:
        """Hand over the samples that wait to be finished."""
        for watcher in self.watchers.values():
            watcher.monitor.flush()

    def state(self) -> dict[str, Any]:
        """Everything that is accumulated, unfinished windows included."""
        return {
            name: {
                "monitor": watcher.monitor.state(),
                "probes": {probe.spec.name: probe.state() for probe in watcher.probes},
            }
            for name, watcher in self.watchers.items()
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from there; the layers are there already."""
        for name, watcher in self.watchers.items():
            watcher.monitor.load_state(state[name]["monitor"])
            for probe in watcher.probes:
                probe.load_state(state[name]["probes"][probe.spec.name])

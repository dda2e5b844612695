"""Learning steps on a GPU, replayed.

Weights and memories lie there; batches are copied to where the captured one lay, and rates that are numbers are held
there (`HeldNumbers`). What else the host decides in a step cannot be captured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.autograd.graph import increment_version

from neuroplast import randomness
from neuroplast.layer import Layer, Observer
from neuroplast.network import Network
from neuroplast.progress import Progress
from neuroplast.projection import Projection
from neuroplast.rates import HeldNumbers
from neuroplast.replay import Captures, graph
from neuroplast.view import View

Batch = Mapping[str, Tensor]
"""What is presented, by the name of its source."""

Work = Callable[[Batch, Tensor | None, Progress], None]
"""A learning step: from a batch, its labels, and how far the phase is."""


class NotCapturable(Exception):
    """Why a step cannot be captured."""


class Steps:
    """Does the steps of one stage of a network on a GPU, replayed wherever they can be.

    tell: hears why they cannot be, once one could not be captured; from then on all are run as they are.
    """

    def __init__(self, network: Network, work: Work, tell: Callable[[str], object]) -> None:
        self.network, self.work = network, work
        self._captures: Captures[Captured] = Captures(tell)

    def __call__(self, batch: Batch, labels: Tensor | None, progress: Progress) -> None:
        """Do a step. Observers are told of what was presented, in the step or when it is over."""
        captured = self._capture_of(batch, labels, progress)
        if captured is None:
            self.work(batch, labels, progress)
        else:
            captured.replay(batch, labels, progress)

    def _capture_of(
        self, batch: Batch, labels: Tensor | None, progress: Progress
    ) -> Captured | None:
        """What replays such a step; None where it has to be run as it is."""
        observers = _observers(self.network)
        if any(observer.looks_inside for observer in observers.values()):
            return None
        shapes = (
            *((name, x.shape) for name, x in batch.items()),
            None if labels is None else labels.shape,
        )
        return self._captures.of(
            (*shapes, *observers),
            lambda: capture(self.network, self.work, batch, labels, progress),
        )


@dataclass(frozen=True)
class Captured:
    """A captured step. batch, labels: where it reads them. views: what layers that are observed were presented."""

    network: Network
    graph: torch.cuda.CUDAGraph
    batch: Batch
    labels: Tensor | None
    held: Sequence[HeldNumbers]
    views: Mapping[str, Sequence[View]]

    def replay(self, batch: Batch, labels: Tensor | None, progress: Progress) -> None:
        """Do the step with another batch, and tell observers of it."""
        for name, x in batch.items():
            self.batch[name].copy_(x)
        if self.labels is not None and labels is not None:
            self.labels.copy_(labels)
        for numbers in self.held:
            numbers.set(progress)
        self.graph.replay()
        increment_version(self._written())  # so that nothing that is remembered of them counts
        for name, observer in _observers(self.network).items():
            observer.presented(self.network.layers[name], self.views.get(name, ()))

    def _written(self) -> list[Tensor]:
        """What a replay may have changed that others see."""
        views = [view for views in self.views.values() for view in views]
        state = [t for layer in self.network.layers.values() for t in layer.state.values()]
        return [*state, *(t for view in views for t in (view.x, view.u, view.v, view.g))]


@dataclass
class _Presented:
    """An observer that keeps what layers are presented."""

    views: dict[str, Sequence[View]] = field(default_factory=dict)
    looks_inside: bool = False

    def presented(self, layer: Layer, views: Sequence[View]) -> None:
        self.views[layer.name] = views

    def applied(self, layer: Layer, projection: Projection) -> None:
        pass

    def changed(self, layer: Layer) -> None:
        pass


def capture(
    network: Network, work: Work, batch: Batch, labels: Tensor | None, progress: Progress
) -> Captured:
    """Capture a step, which is not done by that. NotCapturable, or what the step or CUDA raises, where it cannot be."""
    own = {name: x.clone() for name, x in batch.items()}
    own_labels = None if labels is None else labels.clone()
    seen = _Presented()
    with _untouched(network), _observed_by(network, seen), _held(network) as held:
        replayed = graph(lambda: work(own, own_labels, progress))
    return Captured(network, replayed, own, own_labels, held, seen.views)


@contextmanager
def _untouched(network: Network) -> Iterator[None]:
    """Undo what is done on the host meanwhile; NotCapturable where it is anything, since a replay would not do it."""
    kept = {
        f"{layer.name}'s {name}": (tensor, tensor.clone())
        for layer in network.layers.values()
        for name, tensor in layer.state.items()
        if tensor.device.type == "cpu"
    }
    streams = {
        f"{layer.name}'s random stream of {name}": (rng, rng.get_state())
        for layer in network.layers.values()
        for name, rng in layer.generators.items()
    }
    try:
        with randomness.undrawn() as everywhere:
            yield
        moved = [name for name, (tensor, before) in kept.items() if not tensor.equal(before)]
        moved += [n for n, (rng, before) in streams.items() if not rng.get_state().equal(before)]
        if moved := [*moved, *everywhere]:
            raise NotCapturable(f"{', '.join(moved)} moves on the host in every step")
    finally:
        for tensor, before in kept.values():
            tensor.copy_(before)
        for rng, before in streams.values():
            rng.set_state(before)


@contextmanager
def _observed_by(network: Network, observer: Observer) -> Iterator[None]:
    """Let this observer look at the layers that are observed."""
    before = _observers(network)
    for name in before:
        network.layers[name].observer = observer
    try:
        yield
    finally:
        for name, other in before.items():
            network.layers[name].observer = other


@contextmanager
def _held(network: Network) -> Iterator[list[HeldNumbers]]:
    """Hold the rates that are numbers."""
    rates = [p.rates for layer in network.layers.values() for p in layer.projections]
    try:
        yield [rate.hold() for rate in rates]
    finally:
        for rate in rates:
            rate.let_go()


def _observers(network: Network) -> dict[str, Observer]:
    return {n: layer.observer for n, layer in network.layers.items() if layer.observer is not None}

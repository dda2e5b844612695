"""Named layers in an acyclic graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from math import prod
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.layer import FROZEN, Adapts, Layer, Objective
from neuroplast.precision import Precision
from neuroplast.progress import Progress
from neuroplast.shapes import Post, Shape
from neuroplast.source import Source
from neuroplast.spec import STIMULI, LayerSpec, with_names

Update = Literal["before", "after"]
"""Whether a layer learns from what the layers below answered before, or after, they changed in the same step."""


class Network:
    """Layers by name, each fed by the stimuli or by layers before it.

    specs: the layers in order. input_shape: the shape of one stimulus. sample: yields a batch of stimuli for
    initialisations that need their layer's input. signed: whether stimuli may be negative.
    precision: how exactly drives and changes are computed.
    """

    def __init__(
        self,
        specs: Sequence[LayerSpec],
        input_shape: Shape,
        seed: int = 0,
        device: str | torch.device = "cpu",
        sample: Callable[[], Tensor] | None = None,
        signed: bool = False,
        precision: Precision = "fp32",
    ) -> None:
        self.signed, self.precision = signed, precision
        self.input_shape, self.device = tuple(input_shape), torch.device(device)
        self.specs = with_names(specs)
        self.sources = sources(self.specs)
        self.layers: dict[str, Layer] = {}
        for spec in self.specs:
            into = [self._source(names, spec) for names in self.sources[spec.name]]
            inputs = sample and partial(self._sampled, spec, sample)
            try:
                self.layers[spec.name] = Layer(
                    spec,
                    *(source.shape for source in into),
                    seed=seed,
                    device=self.device,
                    inputs=inputs,
                    sources=into,
                    precision=precision,
                )
            except ConfigurationError as error:
                raise error.within(str(spec.name)) from error
        self.freeze()

    @property
    def output_shape(self) -> Shape:
        """The shape of one response of the last layer."""
        return self.layers[self.specs[-1].name].output_shape if self.specs else self.input_shape

    def freeze(self) -> None:
        """Let nothing adapt."""
        for layer in self.layers.values():
            layer.adapts = FROZEN

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let nothing adapt for a while, then what adapted before."""
        before = {name: layer.adapts for name, layer in self.layers.items()}
        self.freeze()
        try:
            yield
        finally:
            self.adapt(before)

    def adapt(self, groups: Mapping[str, Adapts]) -> None:
        """Let these groups adapt in the layers named, and nothing else."""
        for name, layer in self.layers.items():
            layer.adapts = groups.get(name, FROZEN)

    def learn(
        self,
        x: Tensor,
        labels: Tensor | None = None,
        progress: Progress | None = None,
        update: Update = "before",
        objective: Objective = "explicit",
    ) -> None:
        """Present a batch to all layers up to the last that adapts; each that adapts learns from it."""
        plastic = [name for name, layer in self.layers.items() if layer.adapts]
        outputs = {STIMULI: x}
        for name, layer in self.layers.items() if plastic else ():
            given = self._inputs(name, outputs)
            if name == plastic[-1]:
                layer.learn_unheard(given, labels, progress, objective)
                return
            if layer.adapts:
                outputs[name] = layer.learn(
                    given, labels, progress, respond_after=update == "after", objective=objective
                )
            else:
                with torch.no_grad():
                    outputs[name] = layer.respond(given)

    def learn_from(
        self,
        name: str,
        outputs: Mapping[str, Post],
        labels: Tensor | None = None,
        progress: Progress | None = None,
        objective: Objective = "explicit",
    ) -> None:
        """Let one layer learn from responses of the layers that feed it, by name, which are at hand already."""
        given = self._inputs(name, outputs)
        self.layers[name].learn_unheard(given, labels, progress, objective)

    def responses(self, x: Tensor, upto: str | None = None) -> dict[str, Post]:
        """The response of every layer to a batch, up to the layer named; gradients flow where weights ask for them."""
        outputs = {STIMULI: x}
        for name, layer in self.layers.items():
            if upto in outputs:
                break
            outputs[name] = layer.respond(self._inputs(name, outputs))
        return outputs

    def response(self, name: str, known: Mapping[str, Post]) -> Post:
        """The response of one layer, from the nearest of those below it that are known; the stimuli must be."""
        outputs = dict(known)

        def find(name: str) -> None:
            if name not in outputs:
                for source in chain.from_iterable(self.sources[name]):
                    find(source)
                outputs[name] = self.layers[name].respond(self._inputs(name, outputs))

        find(name)
        return outputs[name]

    @torch.no_grad()
    def features(
        self,
        images: Tensor | np.ndarray,
        layer: str | None = None,
        batch: int = 250,
        device: str | torch.device = "cpu",
    ) -> Tensor:
        """What a layer (the last unless named) answers, frozen, to images: (n, features), float32, on `device`.

        images: (n, channels, height, width) or (n, features); bytes stand for pixel / 255, floats for themselves.
        Raises ConfigurationError where images of another shape are given, or the layer is unknown.
        """
        x = images if isinstance(images, Tensor) else np.asarray(images)
        if tuple(x.shape[1:]) != self.input_shape:
            raise ConfigurationError(
                f"features: images of shape {tuple(x.shape[1:])} were given to a network that takes {self.input_shape}"
            )
        if layer is not None and layer not in self.layers:
            raise ConfigurationError(
                f"features: no layer {layer!r}; there are {', '.join(self.layers) or 'none'}"
            )
        name = layer or (self.specs[-1].name if self.specs else STIMULI)
        with self.frozen():
            blocks = [
                self._features(x[i : i + batch], name).to(device) for i in range(0, len(x), batch)
            ]
        size = prod(self.layers[name].output_shape if name != STIMULI else self.input_shape)
        return torch.cat(blocks) if blocks else torch.empty(0, size, device=device)

    def state(self) -> dict[str, dict[str, Tensor]]:
        """Every tensor that evolves, by layer and name."""
        return {name: layer.state for name, layer in self.layers.items()}

    def load_state(self, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Overwrite all state in place."""
        for name, layer in self.layers.items():
            layer.load_state(state[name])

    def _features(self, block: Tensor | np.ndarray, name: str) -> Tensor:
        if not isinstance(block, Tensor):  # copied: it may be read-only, or of another byte order
            block = torch.from_numpy(block.astype(block.dtype.newbyteorder("=")))
        x = as_float(block.to(self.device))
        return self.response(name, {STIMULI: x}).flatten(1)

    def _inputs(self, name: str, outputs: Mapping[str, Tensor]) -> list[Tensor]:
        """What each projection of a layer is presented, joined where it has several sources."""
        join = self.layers[name].spec.join
        return [
            _joined([outputs[source] for source in names], join) for names in self.sources[name]
        ]

    def _sampled(self, spec: LayerSpec, sample: Callable[[], Tensor]) -> list[Tensor]:
        """What a layer that is being built would be presented; the layers below are left as they are."""
        outputs = {STIMULI: sample().to(self.device)}
        with torch.no_grad():
            for name, layer in self.layers.items():
                before = {key: tensor.clone() for key, tensor in layer.state.items()}
                # it is plastic still, so it answers by the batch's statistics: there are no others yet
                outputs[name] = layer.respond(self._inputs(name, outputs))
                layer.load_state(before)
        return [
            _joined([outputs[n] for n in names], spec.join) for names in self.sources[spec.name]
        ]

    def _source(self, names: Sequence[str], spec: LayerSpec) -> Source:
        """What is known of what feeds a projection; signs only where all its sources have them."""
        known = [
            Source(self.input_shape, self.signed)
            if name == STIMULI
            else _as_source(self.layers[name])
            for name in names
        ]
        signs = [sign for source in known for sign in source.signs or ()]
        whole = all(source.signs is not None for source in known)
        joined = len(known) == 1 or spec.join == "concat"
        return Source(
            _joined_shape(spec, [(n, k.shape) for n, k in zip(names, known, strict=True)]),
            any(source.signed for source in known),
            signs if whole and joined else None,
        )


def blank(input_shape: Shape) -> Callable[[], Tensor]:
    """A sample for a network that is only looked at, or whose weights are replaced: two stimuli of nothing.

    Two, since a normalisation may not take one.
    """
    return lambda: torch.zeros(2, *input_shape)


def _as_source(layer: Layer) -> Source:
    population = layer.spec.population
    return Source(layer.output_shape, population.signed, population.signs(layer.response_shape[0]))


def as_float(x: Tensor) -> Tensor:
    """Bytes as pixel / 255 in float32; floats as float32."""
    return x.float() / 255 if x.dtype == torch.uint8 else x.float()


def sources(specs: Sequence[LayerSpec]) -> dict[str, list[list[str]]]:
    """For each layer and projection, the names of what feeds it; ConfigurationError for one that is not before it."""
    known = [STIMULI]
    found: dict[str, list[list[str]]] = {}
    for spec in specs:
        given = list(spec.input) or [known[-1]]
        outside = [p for p in spec.all_projections() if not p.recurrent]
        named = [[p.source] if p.source else given for p in outside] or [given]
        for name in (name for names in named for name in names):
            if name not in known:
                raise ConfigurationError(
                    f"{spec.name}: its input {name!r} is no layer before it; choose from {', '.join(known)}"
                )
        found[spec.name] = named
        known.append(spec.name)
    return found


def _joined(given: Sequence[Tensor], join: str) -> Tensor:
    if len(given) == 1:
        return given[0]
    return torch.cat(list(given), 1) if join == "concat" else torch.stack(list(given)).sum(0)


def _joined_shape(spec: LayerSpec, shapes: Sequence[tuple[str, Shape]]) -> Shape:
    sizes = [shape for _, shape in shapes]
    comparable = {s[1:] for s in sizes} if spec.join == "concat" else set(sizes)
    if len(comparable) != 1:
        shown = ", ".join(f"{name} {shape}" for name, shape in shapes)
        raise ConfigurationError(
            f"{spec.name}: inputs of these shapes cannot be joined by {spec.join}: {shown}"
        )
    return (sum(s[0] for s in sizes), *sizes[0][1:]) if spec.join == "concat" else sizes[0]

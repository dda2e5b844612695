"""One projection into a layer: its weights, all state of its parts, and the way from input to drive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod

import torch
from torch import Tensor

from neuroplast import answers
from neuroplast.component import NO_STATE, Component, State
from neuroplast.errors import ConfigurationError, PartError
from neuroplast.parts.constraint import ConstraintContext
from neuroplast.parts.similarity import Similarity
from neuroplast.precision import Precision, lowered
from neuroplast.rates import Rates
from neuroplast.shapes import Post, Pre, Shape, Weights
from neuroplast.spec import ProjectionSpec
from neuroplast.streams import stream
from neuroplast.view import View


class Projection:
    """The synapses from one source to a layer's neurons.

    spec: its parts.
    input_shape: the shape of one input, without the batch axis.
    geometry: its synapse, as exact as `precision` asks.
    w: the weights. rates: how large a step they take.
    corrected: how many values constraints have corrected so far, a scalar tensor.
    """

    def __init__(
        self,
        spec: ProjectionSpec,
        input_shape: Shape,
        name: str,
        seed: int,
        device: torch.device,
        inputs: Callable[[], Tensor] | None = None,
        pre_signs: Sequence[int] | None = None,
        precision: Precision = "fp32",
    ) -> None:
        self.spec, self.input_shape, self.name = spec, tuple(input_shape), name
        assert spec.synapse is not None
        self.synapse = spec.synapse
        self.geometry = lowered(self.synapse, precision)
        self._normalised_shape = spec.normalisation.output_shape(self.input_shape)
        shape = self.synapse.weight_shape(self._normalised_shape)
        self.output_shape = self.synapse.output_shape(self._normalised_shape)
        self._memories: dict[str, State] = {}
        self.state: dict[str, Tensor] = {}
        self._allocate(
            "normalisation", spec.normalisation, input_shape[:1], input_shape[1:], shape, device
        )
        pre = self.synapse.prepare(torch.zeros(1, *self._normalised_shape)).shape[1:2]
        for path, part in self._weight_parts():
            self._allocate(path, part, tuple(pre), self.output_shape[1:], shape, device)
        rates = [(rate, self.memory(f"rate.{i}")) for i, rate in enumerate(spec.rate)]
        self.rates = Rates(rates, shape[0], device)
        self.corrected = torch.zeros((), dtype=torch.int64, device=device)
        signs = None if pre_signs is None else torch.tensor(pre_signs, device=device)
        self._contexts = [
            ConstraintContext(
                stream(seed, f"{name}.constraints.{i}"), signs, self.memory(f"constraints.{i}")
            )
            for i in range(len(spec.constraints))
        ]
        w = spec.initialisation.draw(
            shape,
            prod(shape[1:]),
            stream(seed, f"{name}.init"),
            inputs and self._normalised(inputs),
        )
        answers.tensor(spec.initialisation, "draw", w, shape, torch.empty(0))
        # a copy, since an initialisation may hand out a part of its inputs
        self.state["w"] = self.synapse.arrange(w.to(device, copy=True))
        for part, context in zip(spec.constraints, self._contexts, strict=True):
            part.start(self.w, context)

    @property
    def w(self) -> Weights:
        """The weights, post first."""
        return self.state["w"]

    @property
    def generators(self) -> dict[str, torch.Generator]:
        """The random streams that learning draws from, by the part that each belongs to."""
        return {f"constraints.{i}": context.rng for i, context in enumerate(self._contexts)}

    def memory(self, path: str) -> State:
        """What the part under this path declared, such as "rule" or "constraints.0"."""
        return self._memories.get(path, NO_STATE)

    def present(self, x: Tensor, adapting: bool) -> tuple[Pre, Weights]:
        """The prepared input, and the effective weights."""
        return self.prepare(x, adapting), self.effective()

    def prepare(self, x: Tensor, adapting: bool) -> Pre:
        """The input, normalised and padded."""
        if x.shape[1:] != self.input_shape:
            raise ConfigurationError(
                f"{self.name}: inputs of shape {tuple(x.shape[1:])} were given, it takes {self.input_shape}"
            )
        part, shape = self.spec.normalisation, (len(x), *self._normalised_shape)
        found = part.normalise(x, self.memory("normalisation"), adapting)
        return self.synapse.prepare(answers.tensor(part, "normalise", found, shape, x))

    def effective(self) -> Weights:
        """The weights that the drive uses."""
        part = self.spec.effective
        return answers.response(part, "effective", part.effective(self.w), self.w)

    def drive(self, x: Pre, w_e: Weights) -> Post:
        """u, which feeds the competition."""
        return self._driven(self.spec.similarity, x, w_e)

    def response_drive(self, x: Pre, w_e: Weights, u: Post) -> Post:
        """What feeds the response: u itself unless another similarity was chosen."""
        other = self.spec.response_similarity
        return u if other is None else self._driven(other, x, w_e)

    def _driven(self, part: Similarity, x: Pre, w_e: Weights) -> Post:
        shape = (len(x), *self.output_shape)
        try:
            return answers.tensor(part, "drive", part.drive(self.geometry, x, w_e), shape, w_e)
        except PartError:  # a similarity gives what the geometry makes of it
            answers.tensor(self.synapse, "drive", self.synapse.drive(x, w_e), shape, w_e)
            raise

    def enforce(self, view: View) -> None:
        """Enforce the constraints in order, and count what they corrected."""
        for part, context in zip(self.spec.constraints, self._contexts, strict=True):
            found = part.enforce(self.w, replace(context, view=view))
            self.corrected += answers.count(part, found)

    def _weight_parts(self) -> list[tuple[str, Component]]:
        spec = self.spec
        named: list[tuple[str, Component | None]] = [("rule", spec.rule), ("step", spec.step)]
        named += [(f"rate.{i}", part) for i, part in enumerate(spec.rate)]
        named += [(f"constraints.{i}", part) for i, part in enumerate(spec.constraints)]
        return [(path, part) for path, part in named if part is not None]

    def _allocate(
        self,
        path: str,
        part: Component,
        pre: Shape,
        positions: Shape,
        weights: Shape,
        device: torch.device,
    ) -> None:
        axes = {
            "scalar": (),
            "pre": pre,
            "post": weights[:1],
            "positions": positions,
            "weights": weights,
        }
        self._memories[path], tensors = allocate(part, axes, device)
        self.state.update({f"{path}.{name}": tensor for name, tensor in tensors.items()})

    def _normalised(self, inputs: Callable[[], Tensor]) -> Callable[[], Tensor]:
        """The projection's own normalised input, leaving the running statistics alone."""

        def normalised() -> Tensor:
            kept = State({k: t.clone() for k, t in self._tensors("normalisation").items()})
            return self.spec.normalisation.normalise(inputs(), kept, adapting=True)

        return normalised

    def _tensors(self, path: str) -> dict[str, Tensor]:
        prefix = f"{path}."
        return {k.removeprefix(prefix): t for k, t in self.state.items() if k.startswith(prefix)}


def allocate(
    part: Component, axes: Mapping[str, Shape], device: torch.device
) -> tuple[State, dict[str, Tensor]]:
    """The tensors of the memories that a part declares, and the part's view of them."""
    tensors = {
        name: torch.full(
            memory.size(axes),
            memory.init,
            dtype=getattr(torch, memory.dtype),
            device="cpu" if memory.on_host else device,
        )
        for name, memory in part.memories().items()
    }
    return State(tensors), tensors

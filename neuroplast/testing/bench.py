"""What parts are tried on: geometries, and views in which no two tensors are equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from neuroplast.component import Component, LayerPart, State
from neuroplast.errors import Refusal
from neuroplast.fit import Fit
from neuroplast.parts.synapse import Synapse
from neuroplast.projection import allocate
from neuroplast.registry import Registry
from neuroplast.shapes import Post, Pre, Shape, Weights
from neuroplast.testing.asking import NotApplicable
from neuroplast.testing.numbers import normal
from neuroplast.view import View

TENSORS = ("x", "w", "w_e", "u", "v", "g")
"""What every view shows."""


class Plain(Synapse):
    """Every input channel reaches every neuron, at each position by itself: u[b, i, t] = Σ_j w[i, j] x[b, j, t].

    The kit's own geometry, so that parts can be tried without any plugin, on as little as one number.
    """

    kind: ClassVar[str] = "of_the_kit"
    neurons: int = 1

    def weight_shape(self, input_shape: Shape) -> Shape:
        """(post, pre)."""
        return self.neurons, input_shape[0]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(post, *positions)."""
        return self.neurons, *input_shape[1:]

    def prepare(self, x: Tensor) -> Pre:
        """The input as it is."""
        return x

    def drive(self, x: Pre, w: Weights) -> Post:
        """Σ_j w[i, j] x[b, j, t]."""
        return torch.einsum("bj...,ij->bi...", x, w)

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """Σ_b,t post[b, i, t] pre[b, j, t]."""
        return torch.einsum("bit,bjt->ij", on_a_line(post), on_a_line(pre))

    def patches(self, x: Pre) -> Tensor:
        """(batch, positions, 1, pre)."""
        return on_a_line(x).transpose(1, 2).unsqueeze(2)

    def positions(self, x: Pre, w: Weights) -> Shape:
        """As in the input."""
        return tuple(x.shape[2:])


def on_a_line(activity: Tensor) -> Tensor:
    """(batch, channels, positions): the positions of a map in one row, one where there are none."""
    return activity.flatten(2) if activity.dim() > 2 else activity.unsqueeze(2)


@dataclass(frozen=True)
class Setting:
    """One geometry on one shape of input."""

    synapse: Synapse
    shape: Shape
    batch: int = 2

    def __str__(self) -> str:
        """As in the name of a check: `conv2d(...) on 2x5x5, batch 2`."""
        return f"{self.synapse} on {'x'.join(map(str, self.shape))}, batch {self.batch}"

    def x(self, seed: int = 1, dtype: torch.dtype = torch.float64) -> Pre:
        """Stimuli, prepared (padded or flattened)."""
        return self.synapse.prepare(normal(self.batch, *self.shape, seed=seed, dtype=dtype))

    def w(self, seed: int = 2, dtype: torch.dtype = torch.float64) -> Weights:
        """Weights in the synapse's own memory order."""
        drawn = normal(*self.synapse.weight_shape(self.shape), seed=seed, dtype=dtype)
        return self.synapse.arrange(drawn)

    def post(self, seed: int = 3, dtype: torch.dtype = torch.float64) -> Post:
        """An activity of the drive's shape, unlike any other."""
        shape = self.synapse.output_shape(self.shape)
        return normal(self.batch, *shape, seed=seed, dtype=dtype)

    def memory(self, part: Component, dtype: torch.dtype = torch.float64) -> State:
        """New memory for a part of this layer, with a float's dtype in place of float32."""
        response = self.synapse.output_shape(self.shape)
        weights = self.synapse.weight_shape(self.shape)
        axes = {
            "scalar": (),
            "pre": tuple(self.x().shape[1:2]),
            "post": weights[:1] if part.family in OF_WEIGHTS else response[:1],
            "positions": response[1:],
            "weights": weights,
        }
        return new_memory(part, axes, dtype)

    def _hold_meant(self, part: LayerPart) -> None:
        response = self.synapse.output_shape(self.shape)
        weights = self.synapse.weight_shape(self.shape)
        try:
            part.check(Fit(response, input_shape=self.shape, weight_shape=weights))
        except Refusal as refusal:
            raise NotApplicable(str(refusal)) from refusal

    def view(
        self,
        part: Component | None = None,
        seed: int = 0,
        dtype: torch.dtype = torch.float64,
        **given: Tensor,
    ) -> View:
        """A view in which x, w, w_e, u, v and g are independent; what is given takes their place.

        part: whose new memory the view shows; a rule also gets every signal that it `reads`. NotApplicable where it
            says that it has no meaning on this geometry.
        """
        if isinstance(part, LayerPart):
            self._hold_meant(part)
        drawn: dict[str, Any] = {
            "x": self.x(seed=seed + 1, dtype=dtype),
            "w": self.w(seed=seed + 2, dtype=dtype),
            "w_e": self.w(seed=seed + 3, dtype=dtype),
            "u": self.post(seed=seed + 4, dtype=dtype),
            "v": self.post(seed=seed + 5, dtype=dtype),
            "g": self.post(seed=seed + 6, dtype=dtype),
        }
        names = sorted(set(getattr(part, "reads", ())) - LOCAL_NAMES)
        signals = {
            name: normal(self.batch, drawn["u"].shape[1], seed=seed + 7 + n, dtype=dtype)
            for n, name in enumerate(names)
        }
        view = View(geometry=self.synapse, signals=signals, **{**drawn, **given})
        return view.remembering(self.memory(part, dtype)) if part is not None else view


OF_WEIGHTS = frozenset({"rule", "rate", "step", "scaling", "constraint"})
"""Kinds of parts whose memory per neuron has a value for each row of weights."""

LOCAL_NAMES = frozenset({"pre", "post", "weight", "neuron", "layer", "batch"})
"""What a rule may name in `uses` that is no signal."""


def new_memory(part: Component, axes: Mapping[str, tuple[int, ...]], dtype: torch.dtype) -> State:
    """What a part remembers at first, with these sizes of its axes, floats in this dtype."""
    _, tensors = allocate(part, axes, torch.device("cpu"))
    return State({k: t.to(dtype) if t.is_floating_point() else t for k, t in tensors.items()})


def ladder() -> Iterator[Setting]:
    """Settings from one number of everything up, so that the first that fails is the smallest example."""
    for batch, pre, post, positions in (
        (1, 1, 1, 1),
        (1, 2, 1, 1),
        (1, 1, 2, 1),
        (2, 1, 1, 1),
        (1, 1, 1, 2),
        (2, 2, 3, 1),
        (3, 4, 3, 2),
    ):
        yield Setting(Plain(neurons=post), (pre, positions), batch)


def geometries(registry: Registry) -> Iterator[Setting]:
    """Every geometry that synapses' claims name, each on its shape; none where no plugin provides synapses."""
    for entry in registry.entries("synapse"):
        claims = registry.claims("synapse", entry.part.kind)
        if claims is None:
            continue
        for parameters, shape in zip(claims.cases, claims.shapes, strict=True):
            yield Setting(entry.part(**parameters), shape)  # type: ignore[arg-type]

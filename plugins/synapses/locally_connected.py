"""Receptive fields as in a convolution, but every position has weights of its own."""

from math import prod
from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import Synapse, hookimpl
from neuroplast.shapes import PerPost, Post, Pre, Shape, Weights
from neuroplast_plugins.synapses.conv2d import Border, Conv2d, Padding, spoken_by


class LocallyConnected(Synapse):
    """u[b, o, h, v] = Σ w[h, v, o; c, i, j] x[b, c, s h + d i, s v + d j]: nothing is shared between positions.

    Every neuron at every position learns from what it sees there alone, as cortical neurons must; a convolution sums
    over positions. So there are neurons · height' · width' rows of weights, position by position, and what is said of
    a neuron's weights (norms, rates, thresholds of a rule) is said of each.

    Shapes:
        x: (batch, channels, height, width), padded.
        w: (height' · width' · neurons, channels, kernel, kernel). u: (batch, neurons, height', width').

    Source:
        LeCun (1989), Generalization and network design strategies; with local learning Grinberg, Hopfield & Krotov
        (2019), arXiv 1908.08993.
    """

    kind: ClassVar[str] = "locally_connected"
    aliases: ClassVar[tuple[str, ...]] = ("unshared",)
    neurons: int = Field(ge=1, description="postsynaptic neurons at each position")
    kernel: int = Field(ge=1, description="side of the receptive field, in pixels of the input")
    stride: int = Field(1, ge=1, description="distance between positions, in pixels of the input")
    dilation: int = Field(1, ge=1, description="distance between the inputs of a field, in pixels")
    padding: Padding = Field(
        "same", description="pixels added on each side; same keeps the size at stride 1"
    )
    border: Border = Field("reflect", description="what the added pixels hold")

    def weight_shape(self, input_shape: Shape) -> Shape:
        """(height' · width' · neurons, channels, kernel, kernel)."""
        _, *places = self.output_shape(input_shape)
        return self.neurons * prod(places), *self._shared().weight_shape(input_shape)[1:]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(neurons, height', width')."""
        with spoken_by(self.kind):
            return self._shared().output_shape(input_shape)

    def prepare(self, x: Tensor) -> Pre:
        """Pad on all sides."""
        return self._shared().prepare(x)

    def drive(self, x: Pre, w: Weights) -> Post:
        """At each position, the product of its weights with its fields."""
        u = torch.einsum("bpf,pof->bop", self._fields(x), self._by_position(w))
        return u.reshape(len(x), self.neurons, *self.positions(x, w))

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """Summed over stimuli alone."""
        return torch.einsum("bop,bpf->pof", post.flatten(2), self._fields(pre)).reshape(w.shape)

    def energy(self, x: Pre, w: Weights) -> Tensor:
        """One sum for all neurons of a position."""
        squares = self._fields(x).square().sum(2)
        return squares.view(len(x), 1, *self.positions(x, w))

    def events(self, post: Post) -> Tensor:
        """(positions · neurons, stimuli)."""
        return post.flatten(2).transpose(1, 2).flatten(1).T

    def total(self, post: Post) -> PerPost:
        """Summed over stimuli alone."""
        return post.sum(0).flatten(1).T.flatten()

    def patches(self, x: Pre) -> Tensor:
        """Every position a group of its own."""
        return self._fields(x)[:, None]

    def positions(self, x: Pre, w: Weights) -> Shape:
        """(height', width')."""
        return self._shared().positions(x, w)

    def _fields(self, x: Pre) -> Tensor:
        """What is seen at every position, (batch, positions, fan-in)."""
        return F.unfold(x, self.kernel, self.dilation, 0, self.stride).mT

    def _by_position(self, w: Weights) -> Tensor:
        """(positions, neurons, fan-in)."""
        return w.reshape(-1, self.neurons, w[0].numel())

    def _shared(self) -> Conv2d:
        """The convolution with the same fields."""
        return Conv2d(
            neurons=self.neurons,
            kernel=self.kernel,
            stride=self.stride,
            dilation=self.dilation,
            padding=self.padding,
            border=self.border,
        )


@hookimpl
def synapses() -> list[type[Synapse]]:
    """Provide the synapse."""
    return [LocallyConnected]

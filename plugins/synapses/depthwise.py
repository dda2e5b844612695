"""Depthwise convolution: every channel has its own kernels and sees no other channel."""

from itertools import product
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Synapse, hookimpl
from neuroplast.shapes import Post, Pre, Shape, Weights
from neuroplast_plugins.synapses.conv2d import Border, Conv2d, Padding, spoken_by

_FAST = 3
"""The side of kernels whose weight gradient the library has fast code for."""


class Depthwise(Synapse):
    """A convolution with as many groups as channels, u[b, c m + q] = w[c m + q] * x[b, c], q = 0 .. m - 1.

    Shapes:
        x: (batch, channels, height, width), padded. w: (channels · multiplier, 1, kernel, kernel).
        u: (batch, channels · multiplier, height', width').
    """

    kind: ClassVar[str] = "depthwise"
    kernel: int = Field(ge=1, description="side of the receptive field, in pixels of the input")
    multiplier: int = Field(1, ge=1, description="neurons for each input channel, at each position")
    stride: int = Field(1, ge=1, description="distance between positions, in pixels of the input")
    dilation: int = Field(1, ge=1, description="distance between the inputs of a field, in pixels")
    padding: Padding = Field(
        "same", description="pixels added on each side; same keeps the size at stride 1"
    )
    border: Border = Field("reflect", description="what the added pixels hold")

    def weight_shape(self, input_shape: Shape) -> Shape:
        """(channels · multiplier, 1, kernel, kernel)."""
        with spoken_by(self.kind):
            return self._grouped(_channels(input_shape)).weight_shape(input_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels · multiplier, height', width')."""
        with spoken_by(self.kind):
            return self._grouped(_channels(input_shape)).output_shape(input_shape)

    def prepare(self, x: Tensor) -> Pre:
        """Pad on all sides."""
        return self._grouped(x.shape[1]).prepare(x)

    def drive(self, x: Pre, w: Weights) -> Post:
        """The grouped convolution."""
        return self._grouped(x.shape[1]).drive(x, w)

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """The weight gradient of the grouped convolution; of large kernels on the CPU, in pieces."""
        if self.stride == self.dilation == 1 and self.kernel > _FAST and not pre.is_cuda:
            return self._outer_in_pieces(post, pre, w)
        return self._grouped(pre.shape[1]).outer(post, pre, w)

    def patches(self, x: Pre) -> Tensor:
        """Every position's field in every channel."""
        return self._grouped(x.shape[1]).patches(x)

    def positions(self, x: Pre, w: Weights) -> Shape:
        """(height', width')."""
        return self._grouped(x.shape[1]).positions(x, w)

    def _outer_in_pieces(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """Of kernels of 3 that cover the large one: 1.3 ms against 3.3 for 96 channels of 32 x 32, kernel 5."""
        piece = self.model_copy(update={"kernel": _FAST})._grouped(pre.shape[1])
        (height, width), own = post.shape[2:], w[:, :, :_FAST, :_FAST]
        dw = torch.empty_like(w, dtype=post.dtype)
        last = self.kernel - _FAST
        for i, j in product([*range(0, last, _FAST), last], repeat=2):
            seen = pre[:, :, i : i + height + _FAST - 1, j : j + width + _FAST - 1]
            dw[:, :, i : i + _FAST, j : j + _FAST] = piece.outer(post, seen, own)
        return dw

    def _grouped(self, channels: int) -> Conv2d:
        """The convolution that this is, for a given number of channels."""
        return Conv2d(
            neurons=channels * self.multiplier,
            kernel=self.kernel,
            stride=self.stride,
            dilation=self.dilation,
            groups=channels,
            padding=self.padding,
            border=self.border,
        )


def _channels(shape: Shape) -> int:
    if len(shape) != 3:
        raise ConfigurationError(
            f"depthwise: needs an input (channels, height, width), found {shape}; use image stimuli"
        )
    return shape[0]


@hookimpl
def synapses() -> list[type[Synapse]]:
    """Provide the synapse."""
    return [Depthwise]

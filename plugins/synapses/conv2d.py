"""Convolution: one weight shared by all positions of a map."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from torch import Tensor
from torch.nn.grad import conv2d_weight

from neuroplast import ConfigurationError, Latest, Synapse, hookimpl
from neuroplast.functional import product
from neuroplast.shapes import Post, Pre, Shape, Weights

Border = Literal["reflect", "zeros", "replicate", "circular"]
_TORCH_BORDER = {"zeros": "constant"}


def _one_message(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Say once what both forms of a padding may be."""
    try:
        return handler(value)
    except ValidationError:
        raise ValueError('a number of pixels from 0, or "same"') from None


Padding = Annotated[Annotated[int, Field(ge=0)] | Literal["same"], WrapValidator(_one_message)]


class Conv2d(Synapse):
    """Two-dimensional cross-correlation, u[b, o, h, v] = Σ w[o, c, i, j] x[b, c, s h + d i, s v + d j], without bias.

    Shapes:
        x: (batch, channels, height, width), padded. w: (neurons, channels / groups, kernel, kernel).
        u: (batch, neurons, height', width').

    The sum over stimuli and positions of post · pre is the weight gradient of the same convolution.
    """

    kind: ClassVar[str] = "conv2d"
    aliases: ClassVar[tuple[str, ...]] = ("conv",)
    neurons: int = Field(ge=1, description="postsynaptic neurons at each position: output channels")
    kernel: int = Field(ge=1, description="side of the receptive field, in pixels of the input")
    stride: int = Field(1, ge=1, description="distance between positions, in pixels of the input")
    dilation: int = Field(1, ge=1, description="distance between the inputs of a field, in pixels")
    groups: int = Field(1, ge=1, description="groups of channels that do not see each other")
    padding: Padding = Field(
        "same", description="pixels added on each side; same keeps the size at stride 1"
    )
    border: Border = Field("reflect", description="what the added pixels hold")

    def weight_shape(self, input_shape: Shape) -> Shape:
        """(neurons, channels / groups, kernel, kernel)."""
        channels, _, _ = _image(input_shape)
        if channels % self.groups or self.neurons % self.groups:
            raise ConfigurationError(
                f"conv2d: {self.groups} groups do not divide both {channels} channels and {self.neurons} neurons; "
                "choose groups that do"
            )
        return self.neurons, channels // self.groups, self.kernel, self.kernel

    def output_shape(self, input_shape: Shape) -> Shape:
        """(neurons, height', width')."""
        _, height, width = _image(input_shape)
        return self.neurons, self._fits(height), self._fits(width)

    def prepare(self, x: Tensor) -> Pre:
        """Pad on all sides, with channels last in memory, which convolutions are fastest with."""
        x = x.contiguous(memory_format=torch.channels_last)
        p = self._pixels
        padded = (
            F.pad(x, (p, p, p, p), mode=_TORCH_BORDER.get(self.border, self.border)) if p else x
        )
        return _as_channels_last(padded)

    def drive(self, x: Pre, w: Weights) -> Post:
        """The convolution, or what it is, a product with every position's field: see `_by_fields`."""
        if not self._by_fields(x, w):
            return F.conv2d(x, w, None, self.stride, 0, self.dilation, self.groups)
        positions = self.positions(x, w)
        u = product(_fields(x, self.kernel), w.permute(0, 2, 3, 1).flatten(1).T)
        return u.view(len(x), *positions, -1).movedim(-1, 1)

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """The weight gradient of the convolution, or what it is, a product with every position's field."""
        if self._by_fields(pre, w):
            dw = product(post.movedim(1, 0).flatten(1), _fields(pre, self.kernel))
            return dw.view(len(w), self.kernel, self.kernel, -1).movedim(-1, 1)
        places = self.stride, 0, self.dilation, self.groups
        return conv2d_weight(pre, w.shape, post, *places)  # type: ignore[no-untyped-call, no-any-return]

    def energy(self, x: Pre, w: Weights) -> Tensor:
        """One sum for each group of channels, by rows, then by columns; (batch, 1, ...) where there is one group.

        Plain sums: fast convolutions may make a small negative number of a dark patch beside a bright one.
        """
        squares: Tensor = x.square().view(len(x), self.groups, -1, *x.shape[2:]).sum(2)
        reach = self.dilation * (self.kernel - 1) + 1
        for side in (2, 3):
            squares = squares.unfold(side, reach, self.stride)[..., :: self.dilation].sum(-1)
        return squares if self.groups == 1 else squares.repeat_interleave(len(w) // self.groups, 1)

    def arrange(self, w: Weights) -> Weights:
        """Channels last."""
        return w.contiguous(memory_format=torch.channels_last)

    def patches(self, x: Pre) -> Tensor:
        """Every position's field, cut out."""
        fields = F.unfold(
            x, self.kernel, self.dilation, 0, self.stride
        )  # (batch, channels k k, positions)
        return fields.view(len(x), self.groups, -1, fields.shape[-1]).permute(0, 3, 1, 2)

    def positions(self, x: Pre, w: Weights) -> Shape:
        """(height', width')."""
        reach = self.dilation * (self.kernel - 1) + 1
        return (x.shape[2] - reach) // self.stride + 1, (x.shape[3] - reach) // self.stride + 1

    def _by_fields(self, x: Pre, w: Weights) -> bool:
        """Whether cutting out every position's field for a product is faster than the library's convolution.

        So it is where fields are large and positions few. In ms, of 1536 neurons of 384 x 3 x 3 fields at 640
        positions on two cores of a server CPU: drive 15.7 against 17.8, outer product 15.7 against 26.5; in bfloat16
        8.0 against 8.7 and 8.1 against 18.6.
        """
        plain = self.stride == self.dilation == self.groups == 1
        fan_in, positions = w[0].numel(), len(x) * prod(self.positions(x, w))
        most = 4 * fan_in if x.dtype == torch.bfloat16 else fan_in
        return plain and not x.is_cuda and not x.requires_grad and 0 < positions < most

    @property
    def _pixels(self) -> int:
        return self.dilation * (self.kernel - 1) // 2 if self.padding == "same" else self.padding

    def _fits(self, side: int) -> int:
        """The positions along one side of the input; ConfigurationError where there are none."""
        reach = self.dilation * (self.kernel - 1) + 1
        if self.padding == "same" and reach % 2 == 0:
            raise ConfigurationError(
                f'conv2d: a field of {reach} pixels has no centre, so padding = "same" cannot keep the size; '
                "use an odd kernel, or a number of pixels"
            )
        if self.border in ("reflect", "circular") and self._pixels >= side:
            raise ConfigurationError(
                f"conv2d: {self._pixels} pixels of {self.border} padding do not fit an input of {side} pixels; "
                'pad less, or set border = "zeros"'
            )
        if side + 2 * self._pixels < reach:
            raise ConfigurationError(
                f"conv2d: a field of {reach} pixels does not fit an input of {side} + 2 x {self._pixels} pixels; "
                "use a smaller kernel, or fewer or smaller pools before it"
            )
        return (side + 2 * self._pixels - reach) // self.stride + 1


@contextmanager
def spoken_by(kind: str) -> Iterator[None]:
    """What a convolution refuses, said by the geometry that is made of it, which is what its user has named."""
    try:
        yield
    except ConfigurationError as error:
        told = str(error)
        raise ConfigurationError(told.replace(f"{Conv2d.kind}:", f"{kind}:", 1)) from None


_FIELDS = Latest()
"""Of one step's drive, for its outer product."""


def _fields(x: Pre, kernel: int) -> Tensor:
    """What every neuron sees at every position, cut out: (batch positions, kernel kernel channels)."""
    known = _FIELDS.get(x, kernel)
    return _FIELDS.keep(x, _cut_out(x, kernel), kernel) if known is None else known


def _cut_out(x: Pre, kernel: int) -> Tensor:
    fields = (
        x.permute(0, 2, 3, 1).unfold(1, kernel, 1).unfold(2, kernel, 1)
    )  # (b, h, v, channels, k, k)
    return fields.permute(0, 1, 2, 4, 5, 3).reshape(-1, kernel * kernel * x.shape[1])


def _as_channels_last(x: Tensor) -> Tensor:
    """One channel is in both memory orders at once; the strides tell the library which one is meant.

    A convolution of one channel is then eight times as fast, and so is what follows it.
    """
    _, channels, height, width = x.shape
    if channels > 1:
        return x
    return x.contiguous().as_strided(x.shape, (height * width, 1, width, 1))


def _image(shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ConfigurationError(
            f"conv2d: needs an input (channels, height, width), found {shape}; use a dense synapse, or image stimuli"
        )
    return shape[0], shape[1], shape[2]


@hookimpl
def synapses() -> list[type[Synapse]]:
    """Provide the synapse."""
    return [Conv2d]

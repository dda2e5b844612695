"""A synapse's geometry: which inputs reach which neuron, and how sums over them are lowered to fast operations."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from neuroplast.component import LayerPart
from neuroplast.functional import total
from neuroplast.shapes import PerPost, Post, Pre, Shape, Weights


class Geometry(ABC):
    """What a lowering can do: the drive, and the outer product summed over stimuli and positions."""

    @abstractmethod
    def drive(self, x: Pre, w: Weights) -> Post:
        """U = w · x at every position: (batch, post, *positions), from a padded input."""

    @abstractmethod
    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """Σ post · pre over stimuli and positions, a new tensor of w's shape and memory order."""

    def add_outer(self, w: Weights, post: Post, pre: Pre) -> None:
        """W += Σ post · pre, in place; a geometry overrides it where that takes fewer passes."""
        w.add_(self.outer(post, pre, w))

    def events(self, post: Post) -> Tensor:
        """Activity as rows, (neurons, events), a row for each row of w.

        What happens to a neuron is each stimulus, and each position, where positions share weights.
        """
        return post.transpose(0, 1).flatten(1)

    def total(self, post: Post) -> PerPost:
        """Activity summed over each neuron's events: (neurons,), as many as rows of w."""
        return total(post)

    def energy(self, x: Pre, w: Weights) -> Tensor:
        """Σ x² over what each neuron sees, so shaped that it broadcasts with the drive, and never negative.

        A geometry overrides it where neurons that see the same need not each sum it.
        """
        return self.drive(x.square(), torch.ones_like(w))


class Synapse(LayerPart, Geometry):
    """A geometry as a part. It owns no tensors; shapes are those of one stimulus, without the batch axis."""

    family: ClassVar[str] = "synapse"

    @abstractmethod
    def weight_shape(self, input_shape: Shape) -> Shape:
        """The shape of w, post first; ConfigurationError where the input does not fit."""

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one response, (post, *positions); ConfigurationError where the input does not fit."""

    @abstractmethod
    def prepare(self, x: Tensor) -> Pre:
        """Flatten or pad a normalised input to what `drive` and `outer` take."""

    @abstractmethod
    def patches(self, x: Pre) -> Tensor:
        """The inputs of every position as rows: (batch, positions, groups, fan-in), fan-in in the order of w's axes.

        Neurons of a group see the same; rows of w stand group by group. Where positions do not share weights they are
        groups, at one position.
        """

    @abstractmethod
    def positions(self, x: Pre, w: Weights) -> Shape:
        """The positions of the response to a padded input; () where there is only one."""

    def arrange(self, w: Weights) -> Weights:
        """The weights in the memory order that this geometry is fastest with; the values stay."""
        return w.contiguous()

    def fan_in(self, input_shape: Shape) -> int:
        """How many synapses a neuron has."""
        return int(torch.Size(self.weight_shape(input_shape)[1:]).numel())

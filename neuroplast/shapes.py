"""Array shapes by name, for annotations. Each is a plain tensor; the name says which axes it has."""

from typing import TypeAlias

from torch import Tensor

Pre: TypeAlias = Tensor
"""Presynaptic activity: (batch, pre, *positions)."""

Post: TypeAlias = Tensor
"""Postsynaptic activity, drives and responses: (batch, post, *positions)."""

Weights: TypeAlias = Tensor
"""Weights, post first: dense (post, pre), convolution (post, pre / groups, height, width)."""

PerPost: TypeAlias = Tensor
"""One value per postsynaptic neuron: (post,)."""

Shape: TypeAlias = tuple[int, ...]
"""The shape of one stimulus or response, without the batch axis."""

"""Pure tensor functions that parts share."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from neuroplast.shapes import PerPost, Post, Weights

Axis = Literal["channels", "space"]
"""Along which axis neurons compete: the channels of a position, or the positions of a channel."""


def first_largest(v: Tensor, k: int, dim: int = 1) -> Tensor:
    """Mark the k largest entries along `dim`; of equal entries the lowest index goes first.

    Returns a bool mask of v's shape with exactly k true entries along `dim`, on every device.
    """
    if k == 1:  # argmax returns the first of equal maxima
        winner = v.argmax(dim, keepdim=True)
        return torch.zeros_like(v, dtype=torch.bool).scatter_(dim, winner, True)
    threshold = v.topk(k, dim).values.select(dim, -1).unsqueeze(dim)
    above, ties = v > threshold, v == threshold
    places = k - above.sum(dim, keepdim=True)
    return above | (ties & (ties.cumsum(dim) <= places))


def along(axis: Axis, v: Post, compute: Callable[[Tensor, int], Tensor]) -> Post:
    """Apply `compute(v, dim)` along the channels of each position, or the positions of each channel."""
    if axis == "channels":
        return compute(v, 1)
    return compute(v.flatten(2), 2).view_as(v)


def competitors(axis: Axis, shape: tuple[int, ...]) -> int:
    """How many values compete in a response of `shape` = (post, *positions)."""
    if axis == "channels":
        return shape[0]
    return int(torch.Size(shape[1:]).numel())


def total(post: Post) -> PerPost:
    """Sum over stimuli and positions: (batch, post, *positions) -> (post,)."""
    return post.sum([d for d in range(post.dim()) if d != 1])


def per_neuron(value: PerPost, like: Tensor) -> Tensor:
    """Shape (post,) so that it multiplies weights: (post, 1, ...)."""
    return value.view(-1, *[1] * (like.dim() - 1))


def rows(w: Weights) -> Tensor:
    """The weights as a matrix (post, fan-in), without a copy; a row holds one neuron's weights, in memory order."""
    if w.dim() == 4 and not w.is_contiguous() and w.is_contiguous(memory_format=torch.channels_last):
        return w.permute(0, 2, 3, 1).flatten(1)
    return w.flatten(1)


def norms(w: Weights, p: float = 2.0) -> PerPost:
    """The p-norm of each neuron's incoming weights: (post,)."""
    return torch.linalg.vector_norm(rows(w), ord=p, dim=1)


def largest_magnitude(w: Weights) -> Tensor:
    """The largest absolute entry of the whole tensor, a scalar tensor; NaN where any entry is NaN."""
    low, high = rows(w).aminmax()
    return torch.maximum(-low, high)


def triangle(u: Post, power: float) -> Post:
    """max(u - mean over channels of u, 0) ** power, per stimulus and position."""
    return rectified_power(u - u.mean(1, keepdim=True), power)


def rectified_power(u: Post, power: float) -> Post:
    """max(u, 0) ** power."""
    positive = u.clamp_min(0)
    return positive if power == 1 else positive.pow(power)

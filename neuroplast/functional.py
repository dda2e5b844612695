"""Pure tensor functions that parts share."""

from collections.abc import Callable
from functools import cache
from math import prod
from typing import Literal

import torch
from torch import Tensor

from neuroplast.errors import Refusal
from neuroplast.latest import Latest
from neuroplast.shapes import PerPost, Post, Weights

Axis = Literal["channels", "space"]
"""Along which axis neurons compete: the channels of a position, or the positions of a channel."""

_LARGE_PRODUCT = 2**20
"""Multiplications from which on calling the other library pays."""


def argmax(v: Tensor, dim: int = 1) -> Tensor:
    """Where the largest entry along `dim` is, a dimension of size 1; of equal ones the lowest index.

    On the CPU by NumPy where what competes lies side by side in memory, two to three times as fast. The last answer is
    remembered as long as its tensor is there and unchanged, since who counts winners asks for what the competition did.
    """
    known = known_argmax(v, dim)
    return _WINNERS.keep(v, _argmax(v, dim), dim) if known is None else known


def known_argmax(v: Tensor, dim: int = 1) -> Tensor | None:
    """The same where it was asked last, else None."""
    return _WINNERS.get(v, dim)


_WINNERS = Latest()


def _argmax(v: Tensor, dim: int) -> Tensor:
    last = v.detach().movedim(dim, -1)
    known = v.dtype in (torch.float32, torch.float64) and v.device.type == "cpu"
    if not known or not last.is_contiguous():
        return v.argmax(dim, keepdim=True)
    found = torch.from_numpy(last.numpy().argmax(-1))
    return found.unsqueeze(-1).movedim(-1, dim)


def first_largest(v: Tensor, k: int, dim: int = 1) -> Tensor:
    """Mark the k largest entries along `dim`; of equal entries the lowest index goes first.

    Returns a bool mask of v's shape with exactly k true entries along `dim`, on every device.
    """
    if k == 1:
        winner = argmax(v, dim)
        return torch.zeros_like(v, dtype=torch.bool).scatter_(dim, winner, True)
    threshold = v.topk(k, dim).values.select(dim, -1).unsqueeze(dim)
    above, ties = v > threshold, v == threshold
    places = k - above.sum(dim, keepdim=True)
    return above | (ties & (ties.cumsum(dim) <= places))


def along(axis: Axis, v: Post, compute: Callable[[Tensor, int], Tensor]) -> Post:
    """Apply `compute(v, dim)` along the channels of each position, or the positions of each channel."""
    if axis == "channels":
        return compute(v, 1)
    return compute(v.flatten(2), 2).view(v.shape)


def competitors(axis: Axis, shape: tuple[int, ...]) -> int:
    """How many values compete in a response of `shape` = (post, *positions).

    Raises Refusal where they should compete in space and there are no positions.
    """
    if axis == "channels":
        return shape[0]
    if len(shape) == 1:
        raise Refusal(
            "space_without_positions",
            f"competition: neurons cannot compete along space in a response {shape} without positions; "
            'set axis = "channels", or use a convolution',
        )
    return prod(shape[1:])


def moved(time_constant: float, stimuli: int) -> float:
    """The share of the way that a running mean goes towards the mean of a batch: 1 - (1 - 1 / τ)^n.

    So it has moved as far after one batch of n stimuli as after n batches of one, if these were all alike.

    time_constant: τ >= 1, in stimuli.
    """
    return 1.0 - (1.0 - 1.0 / time_constant) ** stimuli


def total(post: Post) -> PerPost:
    """Sum over stimuli and positions: (batch, post, *positions) -> (post,)."""
    last = post.movedim(1, -1)
    if last.is_contiguous():  # as a matrix its columns are summed in half the time
        return last.reshape(-1, post.shape[1]).sum(0)
    return post.sum([d for d in range(post.dim()) if d != 1])


def average(activity: Tensor) -> Tensor:
    """Mean over stimuli and positions: (batch, neurons, *positions) -> (neurons,)."""
    return total(activity) * (activity.shape[1] / activity.numel())


def per_neuron(value: PerPost, like: Tensor) -> Tensor:
    """One value per neuron, so shaped that it multiplies weights (post, ...), or activity of one stimulus.

    A scalar tensor, one value for all, stays as it is. Where positions do not share weights, each is a neuron of its
    own, and they stand position by position.
    """
    if value.dim() == 0:
        return value
    if len(value) != len(like):
        return value.view(*like.shape[1:], len(like)).movedim(-1, 0)
    return value.view(-1, *[1] * (like.dim() - 1))


def rows(w: Weights) -> Tensor:
    """The weights as a matrix (post, fan-in), without a copy; a row holds one neuron's weights, in memory order."""
    if (
        w.dim() == 4
        and not w.is_contiguous()
        and w.is_contiguous(memory_format=torch.channels_last)
    ):
        return w.permute(0, 2, 3, 1).flatten(1)
    return w.flatten(1)


def norms(w: Weights, p: float = 2.0) -> PerPost:
    """The p-norm of each neuron's incoming weights: (post,)."""
    length: Tensor = torch.linalg.vector_norm(rows(w), ord=p, dim=1)
    return length


def half_square(w: Weights, like: Post) -> Tensor:
    """½ |w_i|² of each neuron, so shaped that it broadcasts with its activity `like`."""
    return per_neuron(w.flatten(1).square().sum(1) / 2, like[0])


def product(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product a b: (m, k) times (k, n) gives (m, n).

    In float32 on the CPU by the library that convolutions use: where torch takes another one for products, it is twice
    as fast from some 1e6 multiplications up.
    """
    if _suits_convolutions(a, b):
        found: Tensor = torch.ops.mkldnn._linear_pointwise(a, b.T, None, "none", [], "")
        return found
    return a @ b


def add_product(w: Tensor, a: Tensor, b: Tensor) -> None:
    """W += a b in place, by the faster of two ways: see `product`."""
    if _suits_convolutions(a, b):
        w.add_(product(a, b))
    else:
        w.addmm_(a, b)


def _suits_convolutions(a: Tensor, b: Tensor) -> bool:
    return (
        a.dtype == b.dtype == torch.float32
        and a.device.type == "cpu"
        and len(a) * b.numel() >= _LARGE_PRODUCT
        and not (torch.is_grad_enabled() and (a.requires_grad or b.requires_grad))
        and _has_convolutions()
    )


@cache
def _has_convolutions() -> bool:
    """Whether torch was built with the library, and hands out its product, which is not among what it documents."""
    return torch._C._has_mkldnn and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def largest_magnitude(w: Weights) -> Tensor:
    """The largest absolute entry of the whole tensor, a scalar tensor; NaN where any entry is NaN."""
    low, high = rows(w).aminmax()
    return torch.maximum(-low, high)


def softmax(v: Tensor, dim: int = 1) -> Tensor:
    """exp(v) / Σ exp(v) along `dim`, the largest entry subtracted first, in v's memory order.

    With channels last in memory the library's own softmax over channels copies, and is four times as slow.
    """
    return v.softmax(dim) if v.is_contiguous() else v.movedim(dim, -1).softmax(-1).movedim(-1, dim)


def rectified_power(u: Post, power: float) -> Post:
    """max(u, 0) ** power."""
    positive = u.clamp_min(0)
    return positive if power == 1 else positive.pow(power)


def dropout(x: Tensor, p: float, rng: torch.Generator) -> Tensor:
    """X with a share p of entries set to 0, the others divided by 1 - p; drawn on the CPU from `rng`."""
    if p == 0:
        return x
    kept = leave_out_(torch.ones(x.shape, dtype=x.dtype), p, rng)
    return x * kept.to(x.device) / (1 - p)


def generator_on(device: torch.device, rng: torch.Generator) -> torch.Generator:
    """What draws on a device: on the CPU `rng`; elsewhere a new one with its seed, which gives other numbers."""
    if device.type == rng.device.type:
        return rng
    return torch.Generator(device).manual_seed(rng.initial_seed())


def leave_out_(x: Tensor, p: float, rng: torch.Generator) -> Tensor:
    """X itself, floats side by side in memory, with a share p of entries set to 0, each by itself.

    Drawn where `rng` is, and moved to where x is; where p is a multiple of 1/256 from a bit or a few for each entry,
    which is some ten times as fast as from a number for each.
    """
    if p == 0:
        return x
    share = (1 - p) * 256
    by_bits = share == int(share)
    whole = _INTEGERS[x.element_size()]
    if by_bits:
        kept = _ones(x.numel(), int(share), whole, rng, x.device)
    else:
        kept = _at_least(p, x.numel(), whole, rng).to(x.device)
    x.view(-1).view(whole).bitwise_and_(kept)
    return x


_INTEGERS = {2: torch.int16, 4: torch.int32, 8: torch.int64}
"""By their size in bytes."""


def _at_least(p: float, count: int, whole: torch.dtype, rng: torch.Generator) -> Tensor:
    return -(torch.rand(count, generator=rng, device=rng.device) >= p).to(whole)


def _ones(
    count: int, share: int, whole: torch.dtype, rng: torch.Generator, device: torch.device
) -> Tensor:
    """So many integers of which this many in 256 have all bits set and the others none, each drawn by itself.

    A bit that is set with probability q/2 or (1 + q)/2 comes from one with q by `and` or `or` with a fair one, digit by
    digit of the share; every bit of a word is then spread to an integer of its own, on the device.
    """
    bits = torch.iinfo(whole).bits
    words = -(-count // bits)
    digits = f"{share:08b}".rstrip("0")
    drawn = _words(words, whole, rng)
    for digit in reversed(digits[:-1]):
        fair = _words(words, whole, rng)
        drawn = drawn.bitwise_or_(fair) if digit == "1" else drawn.bitwise_and_(fair)
    places = torch.arange(bits, dtype=whole, device=device).unsqueeze(1)
    return (drawn.to(device) << places).bitwise_right_shift_(bits - 1).view(-1)[:count]


def _words(count: int, whole: torch.dtype, rng: torch.Generator) -> Tensor:
    """Integers of fair bits."""
    needed = -(-count * whole.itemsize // 8)
    drawn = torch.empty(needed, dtype=torch.int64, device=rng.device)
    drawn.random_(-(2**63), None, generator=rng)
    return drawn.view(whole)[:count]


def halvings(epoch: int, epochs: int) -> int:
    """How often a read-out's rate has been halved by this epoch, counted from 0, on the published schedule.

    At epochs int(r E), for r in 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9 where E >= 50, for r in 0.5, 0.75 where
    E >= 20, else never.
    """
    shares = (
        (0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9)
        if epochs >= 50
        else (0.5, 0.75)
        if epochs >= 20
        else ()
    )
    return sum(epoch >= int(share * epochs) for share in shares)

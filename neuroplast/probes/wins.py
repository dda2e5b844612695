"""Who won where."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroplast.functional import known_argmax
from neuroplast.shapes import PerPost, Post

Array = NDArray[np.int64]

SHORT = 256
"""Rows of so few values cost NumPy more to begin than to read; where many are short, winners are marked and counted."""

MANY = 2**12
"""So many rows."""

EXACT = 2**24
"""Sums of so many ones are exact in float32."""


def win_counts(v: Post) -> PerPost:
    """At how many stimuli and positions each neuron has the largest v, int64; of equal ones the lowest index wins.

    On a device nothing waits for it.
    """
    last, neurons = v.detach().movedim(1, -1), v.shape[1]
    if v.device.type == "cpu" and (known := known_argmax(v)) is not None:
        return _bincount(known.flatten().numpy(), neurons)
    if v.device.type != "cpu":
        return counted(v.argmax(1).flatten(), neurons)
    if v.dtype not in (torch.float32, torch.float64) or not last.is_contiguous():
        return torch.bincount(v.argmax(1).flatten(), minlength=neurons)
    rows = last.reshape(-1, neurons)
    marked = _marked(rows) if neurons <= SHORT and MANY <= len(rows) < EXACT else None
    if marked is not None:
        return marked
    return _bincount(rows.numpy().argmax(-1), neurons)  # several times as fast as torch


def _bincount(winners: Array, neurons: int) -> PerPost:
    return torch.from_numpy(np.bincount(winners, minlength=neurons))


def _marked(rows: Tensor) -> PerPost | None:
    """How often each column holds the largest value of a row; None where a row has two of them, or NaN."""
    largest = rows.amax(1, keepdim=True)
    won = torch.eq(rows, largest, out=torch.empty_like(rows)).sum(0).long()
    # Without NaN each row is marked at least once.
    return won if int(won.sum()) == len(rows) and not bool(largest.isnan().any()) else None


def counted(winners: Tensor, neurons: int) -> PerPost:
    """How often each neuron is among the winners. Unlike torch's own count it does not wait for a device."""
    found = torch.zeros(neurons, dtype=torch.int64, device=winners.device)
    return found.scatter_add_(0, winners, torch.ones_like(winners))

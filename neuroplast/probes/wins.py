"""Who won where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from neuroplast.functional import known_argmax
from neuroplast.shapes import PerPost, Post

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
    neurons = v.shape[1]
    if neurons <= SHORT and MANY <= v.numel() // neurons < EXACT and known_argmax(v) is None:
        last = v.detach().movedim(1, -1)
        if _numpy_reads(last) and (marked := _marked(last.reshape(-1, neurons))) is not None:
            return marked
    return count_winners([[winners(v)]], neurons)[0]


def winners(v: Post) -> Tensor:
    """Which neuron has the largest v at each stimulus and position, int64; of equal ones the lowest index."""
    if (known := known_argmax(v)) is not None:
        return known.squeeze(1)
    last = v.detach().movedim(1, -1) if v.dim() > 2 or v.requires_grad else v
    if not _numpy_reads(last):
        return v.argmax(1)
    return torch.from_numpy(last.numpy().argmax(-1))  # several times as fast as torch


def count_winners(windows: Sequence[Sequence[Tensor]], neurons: int) -> Tensor:
    """How often each neuron is among all the winners of each window: (windows, neurons), int64.

    Unlike torch's own count it does not wait for a device.
    """
    found = torch.cat([w for window in windows for w in window]).flatten()
    if len(windows) > 1:
        lengths = [sum(w.numel() for w in window) for window in windows]
        first = np.repeat(np.arange(0, len(windows) * neurons, neurons), lengths)
        found = found + torch.from_numpy(first).to(found.device)
    size = len(windows) * neurons
    if found.device.type == "cpu":
        counts = torch.from_numpy(np.bincount(found.numpy(), minlength=size))
    else:
        counts = torch.zeros(size, dtype=torch.int64, device=found.device)
        counts.scatter_add_(0, found, torch.ones_like(found))
    return counts.view(len(windows), neurons)


def _numpy_reads(last: Tensor) -> bool:
    known = last.dtype in (torch.float32, torch.float64) and last.device.type == "cpu"
    return known and last.is_contiguous()


def _marked(rows: Tensor) -> PerPost | None:
    """How often each column holds the largest value of a row; None where a row has two of them, or NaN."""
    largest = rows.amax(1, keepdim=True)
    won = torch.eq(rows, largest, out=torch.empty_like(rows)).sum(0).long()
    # Without NaN each row is marked at least once.
    return won if int(won.sum()) == len(rows) and not bool(largest.isnan().any()) else None

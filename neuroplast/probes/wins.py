"""Who won where."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from neuroplast.shapes import PerPost, Post

LARGE = 2**16
"""From so many values on, NumPy finds the largest of many rows several times as fast as torch."""


def win_counts(v: Post) -> PerPost:
    """At how many stimuli and positions each neuron has the largest v, int64; of equal ones the lowest index wins.

    On a device nothing waits for it.
    """
    last, neurons = v.detach().movedim(1, -1), v.shape[1]
    if v.device.type != "cpu":
        return counted(v.argmax(1).flatten(), neurons)
    known = v.numel() >= LARGE and v.dtype in (torch.float32, torch.float64)
    if known and last.is_contiguous():
        winners = last.numpy().argmax(-1).ravel()
        return torch.from_numpy(np.bincount(winners, minlength=neurons))
    return torch.bincount(v.argmax(1).flatten(), minlength=neurons)


def counted(winners: Tensor, neurons: int) -> PerPost:
    """How often each neuron is among the winners. Unlike torch's own count it does not wait for a device."""
    found = torch.zeros(neurons, dtype=torch.int64, device=winners.device)
    return found.scatter_add_(0, winners, torch.ones_like(winners))

"""Who won where."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from neuroplast.shapes import PerPost, Post


def win_counts(v: Post) -> PerPost:
    """At how many stimuli and positions each neuron has the largest v, int64; of equal ones the lowest index wins.

    On the host with neurons last in memory NumPy finds the largest several times as fast as torch. On a device nothing
    waits for it.
    """
    last = v.detach().movedim(1, -1)
    if (
        v.device.type == "cpu"
        and last.is_contiguous()
        and v.dtype in (torch.float32, torch.float64)
    ):
        winners = last.numpy().argmax(-1).ravel()
        return torch.from_numpy(np.bincount(winners, minlength=v.shape[1]))
    return counted(v.argmax(1).flatten(), v.shape[1])


def counted(winners: Tensor, neurons: int) -> PerPost:
    """How often each neuron is among the winners, counted where they are."""
    found = torch.zeros(neurons, dtype=torch.int64, device=winners.device)
    return found.scatter_add_(0, winners, torch.ones_like(winners))

"""Makes one value of those that a variable had since the last sample, on the device where they are."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neuroplast.recording.recorder import Statistic

HALF = (torch.float16, torch.bfloat16)
"""Too short to sum in."""


class Accumulator:
    """One window of one variable. Nothing is copied to the host, and only `last` costs nothing between samples.

    reduce: of the values added since the last `take`, elementwise: the last, or their mean, sum, min or max; or a
        histogram of all entries, whose first and last bin count what lies outside of `edges`. NaN is in no bin.
    edges: the edges of the bins.
    """

    def __init__(self, reduce: Statistic, edges: Sequence[float] = ()) -> None:
        self.reduce, self._edges = reduce, torch.tensor(edges, dtype=torch.float32)
        self._value: Tensor | None = None
        self._count = 0

    def add(self, value: Tensor) -> None:
        """Add the value of one step; it is left as it is."""
        self._count += 1
        if self.reduce == Statistic.histogram:
            self._count_entries(value)
        elif self.reduce == Statistic.last:
            self._value = value
        elif self._value is None:
            self._value = value.float() if value.dtype in HALF else value.clone()
        elif self.reduce in (Statistic.mean, Statistic.sum):
            self._value += value
        else:
            extreme = torch.minimum if self.reduce == Statistic.min else torch.maximum
            extreme(self._value, value, out=self._value)

    def take(self) -> Tensor | None:
        """The reduced value, None if there was none; a new window begins."""
        value, count = self._value, self._count
        self._value, self._count = None, 0
        return value / count if value is not None and self.reduce == Statistic.mean else value

    def state(self) -> dict[str, Any]:
        """The window so far."""
        return {"value": self._value, "count": self._count}

    def load_state(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on with such a window."""
        value = state["value"]
        self._value = None if value is None else value.to(device, copy=True)
        self._count = int(state["count"])

    def _count_entries(self, value: Tensor) -> None:
        entries = value.flatten().float()
        if self._value is None:
            bins = len(self._edges) + 1
            self._value = torch.zeros(bins, dtype=torch.int64, device=value.device)
            self._edges = self._edges.to(value.device)
        places = torch.bucketize(entries, self._edges, right=True)
        self._value.scatter_add_(0, places, (~entries.isnan()).long())


def bin_edges(bins: int, bounds: tuple[float, float]) -> tuple[float, ...]:
    """The edges of so many bins of equal width."""
    return tuple(float(edge) for edge in np.linspace(*bounds, bins + 1))


def lower_edges(edges: Sequence[float]) -> tuple[float, ...]:
    """Where each bin begins, those for what lies outside among them."""
    return (-sys.float_info.max, *edges)

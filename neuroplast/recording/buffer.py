"""Samples that are alike, side by side in memory that was taken before, on the device where they are made.

So a sample costs few operations, whatever it consists of, and leaves no crumbs between the tensors of learning: a
thousand small ones that stay make every later allocation slower. The host gets them block by block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from neuroplast.recording.arrays import as_array
from neuroplast.shapes import Shape

BLOCK_BYTES = 2**20
"""So much is taken at once, or one sample where it is larger."""


class Kind(NamedTuple):
    """What a tensor is, apart from its values."""

    name: str
    shape: Shape
    dtype: torch.dtype
    device: torch.device


class Buffer:
    """Samples of tensors of these kinds."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        alike: dict[tuple[torch.dtype, torch.device], list[Kind]] = {}
        for kind in kinds:
            alike.setdefault((kind.dtype, kind.device), []).append(kind)
        self._columns = [_Column(own) for own in alike.values()]
        self._count = 0
        self.sample_bytes = sum(column.row_bytes for column in self._columns)

    @torch.no_grad()
    def add(self, values: Mapping[str, Tensor | float], count: int = 1) -> None:
        """Copy the tensors of one sample, or of so many, which have an axis for them before their own."""
        for column in self._columns:
            column.put(self._count, values, count)
        self._count += count

    def fetch(self) -> None:
        """Bring all of it to the host; nothing is added any more."""
        for column in self._columns:
            column.fetch()

    def arrays(self) -> dict[str, Any]:
        """All samples by name, one after the other along the first axis."""
        return {k: array for column in self._columns for k, array in column.arrays(self._count)}


class _Column:
    """The tensors of each sample that have one type and lie on one device; a row for each sample."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._sizes = [prod(kind.shape) for kind in kinds]
        self.row_bytes = kinds[0].dtype.itemsize * sum(self._sizes)
        self._rows = max(1, BLOCK_BYTES // max(1, self.row_bytes))
        self._blocks: list[Tensor] = []

    def put(self, n: int, values: Mapping[str, Any], count: int) -> None:
        parts = [values[kind.name].reshape(count, -1) for kind in self._kinds]
        done = 0
        while done < count:
            if n + done == len(self._blocks) * self._rows:
                shape, kind = (self._rows, sum(self._sizes)), self._kinds[0]
                self._blocks.append(torch.empty(shape, dtype=kind.dtype, device=kind.device))
            row = (n + done) % self._rows
            end = min(done + self._rows - row, count)
            rows = self._blocks[-1][row : row + end - done]
            torch.cat(parts if end - done == count else [p[done:end] for p in parts], 1, out=rows)
            done = end

    def fetch(self) -> None:
        self._blocks = [block.cpu() for block in self._blocks]

    def arrays(self, count: int) -> Iterator[tuple[str, Any]]:
        rows = np.concatenate([as_array(block) for block in self._blocks])[:count]
        ends = np.cumsum(self._sizes)[:-1]
        for kind, part in zip(self._kinds, np.split(rows, ends, axis=1), strict=True):
            yield kind.name, part.reshape(count, *kind.shape)

"""Features of stimuli: what a frozen network answers, kept in memory or on disk, or computed again when asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from neuroplast.parts.readout import Advance, FeatureSource

Compute = Callable[[Tensor], Tensor]
"""From the indices of stimuli to their features, (n, size), float32 on the CPU."""

BLOCK = 250
_MEMORY_SHARE, _DISK_SHARE = 0.5, 0.5


class KeptFeatures(FeatureSource):
    """Features in one array, in memory or mapped from a file."""

    def __init__(self, array: Tensor, labels: Tensor) -> None:
        self.array, self.labels, self.size = array, labels, array.shape[1]

    def rows(self, index: Tensor) -> Tensor:
        """Look them up."""
        return self.array.index_select(0, index)


class ComputedFeatures(FeatureSource):
    """Features computed whenever they are asked for."""

    def __init__(self, compute: Compute, labels: Tensor, size: int) -> None:
        self.compute, self.labels, self.size = compute, labels, size

    def rows(self, index: Tensor) -> Tensor:
        """Compute them."""
        return torch.cat([self.compute(part) for part in torch.split(index, BLOCK)])

    def blocks(self, size: int = BLOCK) -> Iterator[tuple[Tensor, Tensor]]:
        """All features and labels in order, in blocks that the network takes at once."""
        return super().blocks(size)


def keep(source: ComputedFeatures, advance: Advance, folder: Path | None = None) -> FeatureSource:
    """The same features computed once: in memory where they take at most half of what is free, else in a file.

    folder: where the file goes, removed when the process ends or the folder is; the temporary folder by default.
    Where the disk has no room either, they are computed again each time.
    """
    needed = 4 * len(source) * source.size
    if needed <= _MEMORY_SHARE * free_memory():
        array = torch.empty(len(source), source.size)
    elif needed <= _DISK_SHARE * shutil.disk_usage(folder or tempfile.gettempdir()).free:
        with tempfile.NamedTemporaryFile(dir=folder) as file:  # mapped until the array is let go
            shape = (len(source), source.size)
            array = torch.from_numpy(np.memmap(file.name, np.float32, "w+", shape=shape))
    else:
        return source
    done = 0
    for features, _ in source.blocks():
        array[done : done + len(features)] = features
        done += len(features)
        advance(done / len(source))
    return KeptFeatures(array, source.labels)


def free_memory() -> int:
    """Bytes of memory that can be taken without swapping; 4 GiB where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4 << 30

"""Features of stimuli: what a frozen network answers, kept in memory or on disk, or computed again when asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from neuroplast.parts.readout import Advance, FeatureSource
from neuroplast.shapes import Shape

Compute = Callable[[Tensor], Tensor]
"""From the indices of stimuli to their features, (n, size), float32, on the device of the labels."""

CPU = torch.device("cpu")
BLOCK = 250
_MEMORY_SHARE, _DISK_SHARE = 0.5, 0.5


class KeptFeatures(FeatureSource):
    """Features in one array, of float32 or of fewer bits, in memory or mapped from a file."""

    def __init__(self, array: Tensor, labels: Tensor) -> None:
        self.array, self.labels = array, labels
        self.size, self.dtype = array.shape[1], array.dtype

    def rows(self, index: Tensor) -> Tensor:
        """Look them up."""
        return self._looked_up(index).to(self.labels.device).float()

    def gather(self, index: Tensor, out: Tensor) -> None:
        """Look them up, straight into `out` where it is of the same type on the same device."""
        if (out.dtype, out.device) == (self.array.dtype, self.array.device):
            torch.index_select(self.array, 0, index.to(out.device), out=out)
        else:
            out.copy_(self._looked_up(index))

    def _looked_up(self, index: Tensor) -> Tensor:
        return self.array.index_select(0, index.to(self.array.device))


class ComputedFeatures(FeatureSource):
    """Features computed whenever they are asked for, and rounded to `dtype` as if they had been kept in it."""

    def __init__(
        self, compute: Compute, labels: Tensor, size: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self.compute, self.labels, self.size, self.dtype = compute, labels, size, dtype

    def rows(self, index: Tensor) -> Tensor:
        """Compute them."""
        found = torch.cat([self.compute(part) for part in torch.split(index, BLOCK)])
        return found.to(self.dtype).float()

    def blocks(self, size: int = BLOCK) -> Iterator[tuple[Tensor, Tensor]]:
        """All features and labels in order, in blocks that the network takes at once."""
        return super().blocks(size)


def keep(source: ComputedFeatures, advance: Advance, folder: Path | None = None) -> FeatureSource:
    """The same features computed once, where there is room: see `room`; else they are computed again each time."""
    array = room((len(source), source.size), source.dtype, folder, source.labels.device)
    if array is None:
        return source
    done = 0
    for features, _ in source.blocks():
        array[done : done + len(features)] = features
        done += len(features)
        advance(done / len(source))
    return KeptFeatures(array, source.labels)


def room(
    shape: Shape,
    dtype: torch.dtype = torch.float32,
    folder: Path | None = None,
    device: torch.device = CPU,
) -> Tensor | None:
    """A tensor to be filled: in memory where it takes at most half of what is free, else in a file; else None.

    folder: where the file goes, removed when the process ends or the folder is; the temporary folder by default.
    device: whose memory is asked first.
    """
    needed = prod(shape) * dtype.itemsize
    for place in dict.fromkeys((device, CPU)):
        if fits(needed, place):
            return torch.empty(shape, dtype=dtype, device=place)
    if needed > _DISK_SHARE * shutil.disk_usage(folder or tempfile.gettempdir()).free:
        return None
    with tempfile.NamedTemporaryFile(dir=folder) as file:  # mapped until the tensor is let go
        mapped = np.memmap(file.name, np.uint8, "w+", shape=(needed,))
    return torch.from_numpy(mapped).view(dtype).view(shape)


def fits(size: int, device: torch.device = CPU) -> bool:
    """Whether so many bytes are at most half of the memory that is free."""
    return size <= _MEMORY_SHARE * free_memory(device)


def free_memory(device: torch.device = CPU) -> int:
    """Bytes of memory that can be taken without swapping; 4 GiB where the system does not tell."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4 << 30

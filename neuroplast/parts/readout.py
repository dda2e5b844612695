"""What is fitted on features to ask how much they tell about the labels."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

import torch
from torch import Tensor

from neuroplast.component import Component


class FeatureSource(ABC):
    """Features of a set of stimuli, from memory, disk or recomputation, whichever the budget allows.

    labels: (n,) int64; on the device where `rows` are.
    size: how many features a stimulus has.
    dtype: what features are rounded to, though `rows` gives float32: what a copy of them needs to hold.
    """

    labels: Tensor
    size: int
    dtype: torch.dtype = torch.float32

    def __len__(self) -> int:
        """How many stimuli."""
        return len(self.labels)

    @abstractmethod
    def rows(self, index: Tensor) -> Tensor:
        """The features of the stimuli `index` (int64): (len(index), size), float32."""

    def gather(self, index: Tensor, out: Tensor) -> None:
        """The same written to `out`, of float32 or `dtype`, for those who ask again and again."""
        out.copy_(self.rows(index))

    def blocks(self, size: int = 1000) -> Iterator[tuple[Tensor, Tensor]]:
        """All features and labels in order, a block at a time."""
        for start in range(0, len(self), size):
            index = torch.arange(start, min(start + size, len(self)))
            yield self.rows(index), self.labels[index]


Advance = Callable[[float], None]
"""Called with the share done, from 0 to 1."""


class Classifier(ABC):
    """A fitted read-out."""

    @abstractmethod
    def scores(self, features: Tensor) -> Tensor:
        """A score per class: (batch, classes). The prediction is the largest; of equal ones the first."""

    def tensors(self) -> dict[str, Tensor]:
        """What was fitted, by name, for the record."""
        return {}


class Readout(Component):
    """fit(source) -> a classifier.

    on_device: whether it takes features and labels where the network is, such as on a GPU. Else it is given them on the
        CPU.
    """

    family: ClassVar[str] = "readout"
    on_device: ClassVar[bool] = False

    @abstractmethod
    def fit(
        self, source: FeatureSource, classes: int, rng: torch.Generator, advance: Advance
    ) -> Classifier:
        """Fit on training features; `rng` is the only source of randomness."""

"""An experiment: what can be changed, what is looked at, and which of the one belongs to which of the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neuroplast.progress import Progress
from neuroplast.testing.bench import Plain, Setting

OWN, NEURON, LAYER, BATCH = range(4)
"""What an entry of an input is to an output: the same synapse's (or neuron's) own, its neuron's, another's."""

Values = Mapping[str, Tensor]
"""The inputs by name."""

LARGE = Setting(Plain(neurons=3), (4, 2), 3)
"""What parts are tried on: three neurons with four synapses at two positions, three stimuli."""
MIDWAY = Progress(1, 4, 1, 4)
"""Where schedules are asked: where they have begun and not ended."""


@dataclass(frozen=True)
class Given:
    """One input of what is measured.

    word: what it is to the outputs that own it, as in `Rule.uses`; tier: how far away that is.
    relation: (entries, outputs), what each entry is to each output.
    synaptic: whether it holds weights or changes, rather than activity.
    batched: whether its first axis holds the stimuli that the outputs sum over.
    at: (entries, outputs, positions), at which positions an output owns an entry; None where that is not asked.
    """

    name: str
    value: Tensor
    word: str
    relation: Tensor
    tier: str = "A"
    synaptic: bool = False
    batched: bool = False
    at: Tensor | None = None

    def entry(self, index: int) -> str:
        """An entry in words: `g[0, 1]`."""
        return f"{self.name}{_indices(index, self.value.shape)}"

    def of_stimulus(self, n: int) -> Tensor:
        """Which entries belong to one stimulus: (entries,)."""
        return torch.arange(len(self.value)).repeat_interleave(self.value[0].numel()) == n

    def redrawn(self, seed: int, scale: float = 1.0) -> Tensor:
        """Another value of the same shape."""
        rng = torch.Generator().manual_seed(7919 * seed + sum(map(ord, self.name)))
        if not self.value.is_floating_point():
            return (self.value + torch.randint(1, 3, self.value.shape, generator=rng)) % 3
        drawn = torch.randn(self.value.shape, generator=rng, dtype=torch.float64)
        return drawn.to(self.value.dtype) * scale


@dataclass(frozen=True)
class Experiment:
    """Something to measure.

    run: the outputs for given inputs, flattened; it must not depend on earlier runs.
    what, shape: the name and the shape of the outputs.
    sums: whether each output is a sum over the stimuli, so that these may not interact.
    plain_sum: whether it is one for every number of stimuli, not only at the same number.
    geometry: whether its positions are those of a geometry that is measured too, not of the kit's own.
    limit: how many entries of an input are changed one at a time, at most.
    """

    run: Callable[[Values], Tensor]
    givens: Sequence[Given]
    what: str
    shape: tuple[int, ...]
    sums: bool = False
    plain_sum: bool = False
    geometry: bool = False
    limit: int = 200

    @property
    def values(self) -> dict[str, Tensor]:
        """The inputs as they are before any change."""
        return {g.name: g.value for g in self.givens}

    def output(self, index: int) -> str:
        """An output in words: `dw[0, 1]`."""
        return f"{self.what}{_indices(index, self.shape)}"


def _indices(index: int, shape: Sequence[int]) -> str:
    at = []
    for size in reversed(shape):
        index, rest = divmod(index, size)
        at.append(rest)
    return str(list(reversed(at)))

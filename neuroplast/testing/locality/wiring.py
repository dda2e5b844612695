"""Which input each synapse sees at each position, and what each entry of an input then is to each output."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from neuroplast.parts.synapse import Synapse
from neuroplast.shapes import Shape
from neuroplast.testing.locality.experiment import BATCH, LAYER, NEURON, OWN, Given

Sizes = tuple[int, int, int]
"""How many stimuli, channels (or neurons), and positions."""


@dataclass(frozen=True)
class Wiring:
    """The synapses of one projection, told apart.

    sees: (inputs, positions, neurons, synapses), whether a synapse sees an entry of one stimulus at a position.
    """

    sees: Tensor

    @property
    def neurons(self) -> int:
        """How many neurons there are."""
        return self.sees.shape[2]

    @property
    def synapses(self) -> int:
        """How many synapses each has."""
        return self.sees.shape[3]

    @property
    def positions(self) -> int:
        """At how many positions."""
        return self.sees.shape[1]

    # -- outputs: one for each synapse ---------------------------------------------------------------------------------

    def weights(self, name: str, value: Tensor, word: str, batched: bool = False) -> Given:
        """One value for each synapse, or (batched) one for each stimulus and synapse."""
        same = torch.eye(self.neurons * self.synapses, dtype=torch.bool)
        relation = torch.where(same, OWN, self._of_neuron().repeat_interleave(self.synapses, 0))
        relation = relation.repeat(len(value), 1) if batched else relation
        return Given(name, value, word, relation, synaptic=True, batched=batched)

    def neuronal(self, name: str, value: Tensor, word: str) -> Given:
        """One value for each neuron."""
        relation = self._of_neuron(OWN)
        return Given(name, value, word, relation, synaptic=True)

    def activities(self, name: str, value: Tensor, word: str = "post", tier: str = "A") -> Given:
        """Activity of neurons, (batch, post, *positions); or signals without positions."""
        positions = prod(value.shape[2:])
        relation = self._of_neuron(OWN).repeat_interleave(positions, 0).repeat(len(value), 1)
        at = torch.eye(positions, dtype=torch.bool).repeat(len(value) * self.neurons, 1)
        placed = at[:, None].expand(-1, relation.shape[1], -1) if value.dim() > 2 else None
        return Given(name, value, word, relation, tier, batched=True, at=placed)

    def inputs(self, name: str, value: Tensor) -> Given:
        """Presynaptic activity, (batch, ...)."""
        seen = self.sees.any(1)
        relation = torch.where(seen, OWN, torch.where(seen.any(2, keepdim=True), NEURON, LAYER))
        at = self.sees.permute(0, 2, 3, 1).flatten(1, 2).repeat(len(value), 1, 1)
        return Given(
            name, value, "pre", relation.flatten(1).repeat(len(value), 1), batched=True, at=at
        )

    def for_all(self, name: str, value: Tensor, word: str, tier: str) -> Given:
        """One value for each stimulus, and no neuron's own."""
        relation = torch.full((len(value), self.neurons * self.synapses), OWN)
        return Given(name, value, word, relation, tier, batched=True)

    def _of_neuron(self, own: int = NEURON) -> Tensor:
        """What something of each neuron is to each synapse: `own` to its own neuron's."""
        same = torch.eye(self.neurons, dtype=torch.bool).repeat_interleave(self.synapses, 1)
        return torch.where(same, own, LAYER)

    # -- outputs: one for each stimulus, neuron and position -----------------------------------------------------------

    def inputs_of_drive(self, name: str, value: Tensor) -> Given:
        """Inputs of neurons: a neuron's post is made of all that it sees."""
        seen = self.sees.any(3).permute(0, 2, 1).flatten(1)
        relation = _by_stimulus(torch.where(seen, OWN, LAYER), len(value))
        return Given(name, value, "pre", relation)

    def weights_of_drive(self, name: str, value: Tensor, batch: int) -> Given:
        """Weights of neurons: a neuron's post is made of all that it has."""
        relation = torch.where(torch.eye(self.neurons, dtype=torch.bool), OWN, LAYER)
        relation = relation.repeat_interleave(self.positions, 1).repeat(1, batch)
        return Given(
            name, value, "weight", relation.repeat_interleave(self.synapses, 0), synaptic=True
        )


def wiring(synapse: Synapse, shape: Shape, raw: bool = True) -> Wiring:
    """What a synapse sees of an input: its entries numbered from 1, and looked for in every patch.

    raw: whether entries are those of the input itself, or those of the prepared (padded, flattened) one.
    """
    numbered = torch.arange(1, prod(shape) + 1, dtype=torch.float64).reshape(1, *shape)
    x = synapse.prepare(numbered)
    if not raw:
        x = torch.arange(1, x.numel() + 1, dtype=x.dtype).reshape(x.shape)
    patches = synapse.patches(x)[0]  # positions, groups, fan-in
    neurons = synapse.weight_shape(shape)[0]
    group = torch.arange(neurons) * patches.shape[1] // neurons
    seen = patches[:, group]
    entries = torch.arange(1, (numbered if raw else x).numel() + 1)
    return Wiring(seen[None] == entries[:, None, None, None])


def relations(
    entries: Sizes, outputs: Sizes, channel: int = LAYER, position: int = LAYER
) -> Tensor:
    """What each (stimulus, channel, position) of one activity is to each of another; another stimulus is BATCH.

    channel, position: what an entry at another of these is; where both differ, the farther of the two.
    """
    b, i, t = (_grid(entries, axis) for axis in range(3))
    c, k, s = (_grid(outputs, axis) for axis in range(3))
    relation = torch.full((len(b), len(c)), OWN)
    relation[i[:, None] != k] = channel
    relation[(t[:, None] != s) & (relation < position)] = position
    relation[b[:, None] != c] = BATCH
    return relation


def _grid(sizes: Sizes, axis: int) -> Tensor:
    """The index along one axis of every entry."""
    view = [1] * len(sizes)
    view[axis] = sizes[axis]
    return torch.arange(sizes[axis]).view(view).expand(sizes).flatten()


def _by_stimulus(relation: Tensor, batch: int) -> Tensor:
    """The relation within a stimulus, for several; across stimuli it is BATCH."""
    entries, outputs = relation.shape
    whole = torch.full((batch, entries, batch, outputs), BATCH)
    for n in range(batch):
        whole[n, :, n] = relation
    return whole.reshape(batch * entries, batch * outputs)

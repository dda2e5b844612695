"""What was found: on what a synapse's change depends, and how far from local that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TIERS = {
    "A": "the synapse's own pre, post and weight",
    "N": "the neuron's other weights or inputs too",
    "B": "the layer: other neurons, other positions of its map, or other stimuli of the batch",
    "C": "the layer, through a gradient",
    "D": "from elsewhere: labels, signals, other layers, earlier batches",
}
"""How far what a synapse uses has to travel, from near to far."""

FLAGS = ("couples_batch", "couples_neurons", "shares_weights")

SYNAPSES, ELSEWHERE = "synapses", "elsewhere"
ABOUT = {
    "pre": "its own presynaptic activity x",
    "post": "its own neuron's activity u, v or g",
    "weight": "its own weight w or w_e",
    "neuron": "other weights or inputs of its neuron",
    "layer": "other neurons, or other positions of its map",
    "batch": "other stimuli of the batch",
    ELSEWHERE: "what was presented earlier, or to another layer",
}
"""What a synapse may depend on, by the word that a rule declares it with; elsewhere cannot be declared."""


@dataclass(frozen=True)
class Finding:
    """One dependence, by the change that first showed it.

    word: on what, as in `Rule.uses`. tier: how far away that is. cause, effect: the smallest change found, in words.
    """

    word: str
    tier: str
    cause: str
    effect: str


@dataclass(frozen=True)
class Locality:
    """How local a part or a layer was found to be.

    findings: every dependence, by its word.
    gradient: whether it differentiates. shares_weights: whether one weight serves several positions.
    """

    findings: Mapping[str, Finding] = field(default_factory=dict)
    gradient: bool = False
    shares_weights: bool = False

    @property
    def tier(self) -> str:
        """A, N, B, C or D: that of the farthest dependence; a gradient within one neuron carries nothing further."""
        farthest = max((f.tier for f in self.findings.values()), key=_distance, default="A")
        over_the_layer = self.gradient and "layer" in self.findings
        return "C" if farthest == "B" and over_the_layer else farthest

    @property
    def couples_batch(self) -> bool:
        """Whether the stimuli of a batch change weights otherwise than each by itself."""
        return "batch" in self.findings

    @property
    def couples_neurons(self) -> bool:
        """Whether other neurons' synapses matter, their weights or their changes, and not their activity alone."""
        return SYNAPSES in self.findings

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of the flags that hold."""
        return tuple(flag for flag in FLAGS if getattr(self, flag))

    def __or__(self, other: Locality) -> Locality:
        """What either shows."""
        return Locality(
            {**other.findings, **self.findings},
            self.gradient or other.gradient,
            self.shares_weights or other.shares_weights,
        )

    def __str__(self) -> str:
        """As `show` prints it: `tier B, couples_batch`."""
        return ", ".join([f"tier {self.tier}", *self.flags])


def joined(localities: Iterable[Locality]) -> Locality:
    """What any of them shows."""
    result = Locality()
    for locality in localities:
        result |= locality
    return result


def _distance(tier: str) -> int:
    return list(TIERS).index(tier)

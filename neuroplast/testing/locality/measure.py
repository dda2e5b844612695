"""Measuring by intervention: change one thing, hold all else, and see which outputs follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from neuroplast.testing.locality.experiment import BATCH, LAYER, NEURON, OWN, Experiment, Given
from neuroplast.testing.locality.found import ELSEWHERE, SYNAPSES, Finding, Locality

_NEAR = 1e-9
"""Relative to the largest output, what counts as rounding in float64."""
_WORDS = {NEURON: "neuron", LAYER: "layer", BATCH: "batch"}
_OTHERS = {
    NEURON: "everything else of its neuron",
    LAYER: "everything of the others in its layer",
    BATCH: "the other stimuli",
}
_TIERS = {NEURON: "N", LAYER: "B", BATCH: "B"}
_PAIRS = 6
"""How many pairs of positions are changed together."""
_OUTPUTS = 6
"""How many outputs are looked at where each needs changes of its own."""

Masks = Mapping[str, Tensor]
"""Some entries of some inputs, by the name of the input: (entries,), bool."""


def measured(experiment: Experiment) -> Locality:
    """All dependences that the experiment shows, each by the first change that showed it."""
    with torch.no_grad():
        search = _Search(experiment)
        search.look()
    return Locality(search.found, search.gradient, search.shares)


def changes(value: float) -> Iterator[float]:
    """Other values to try in place of one: sign turned, nearer to and farther from zero, a little and far away."""
    yield from (
        new
        for new in (-value, 4 * value, value / 4, value + 1, value - 8, value + 8)
        if new != value
    )


class _Search:
    """The interventions of one experiment, and what they have found so far."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.found: dict[str, Finding] = {}
        self.gradient = self.shares = False

    def look(self) -> None:
        """Make all interventions; of a part that has a past of its own nothing else can be told."""
        self.base = self._differentiating()
        if self._remembers():
            return
        for given in self.experiment.givens:
            self._one_at_a_time(given)
        self._all_others()
        if self.experiment.sums:
            self._stimuli()
            self._positions()

    def run(self, **changed: Tensor) -> Tensor:
        """The outputs with some inputs replaced."""
        return self.experiment.run({**self.experiment.values, **changed})

    # -- the part as a whole -------------------------------------------------------------------------------------------

    def _differentiating(self) -> Tensor:
        """The outputs, noting whether autograd kept anything for a backward pass."""

        def kept(tensor: Tensor) -> Tensor:
            self.gradient = True
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(kept, lambda tensor: tensor):
            return self.run()

    def _remembers(self) -> bool:
        """Whether a run in between makes a difference, though declared memory begins anew."""
        for seed in (1, 2):
            self.run(**{g.name: g.redrawn(seed) for g in self.experiment.givens})
            again = self.run()
            self._report(
                self.base, again, ELSEWHERE, "D", "another batch presented before", slice(None)
            )
        return ELSEWHERE in self.found

    # -- one entry after the other -------------------------------------------------------------------------------------

    def _one_at_a_time(self, given: Given) -> None:
        flat = given.value.reshape(-1)
        for entry in _spread(flat.numel(), self.experiment.limit):
            before = flat[entry].item()
            for new in self._new_values(given, before):
                sought = self._sought(given, entry)
                if not sought:
                    break
                moved = flat.clone()
                moved[entry] = new
                after = self.run(**{given.name: moved.reshape(given.value.shape)})
                differs = _differs(self.base, after)
                for word, tier, among in sought if differs.any() else ():
                    cause = f"{given.entry(entry)} from {before:.6g} to {new:.6g}"
                    self._keep(self.base, after, differs & among, word, tier, cause)

    def _new_values(self, given: Given, value: float) -> Iterable[float]:
        if given.value.is_floating_point():
            return changes(value)
        return [float((value + n) % 3) for n in (1, 2)]

    def _sought(self, given: Given, entry: int) -> list[tuple[str, str, Tensor]]:
        """What an entry may show that has not been found yet: the word, its tier, and among which outputs."""
        relation = given.relation[entry]
        possible = [(given.word, given.tier, OWN), *((w, _TIERS[c], c) for c, w in _WORDS.items())]
        if given.synaptic:
            possible.append((SYNAPSES, _TIERS[LAYER], LAYER))
        missing = [(w, t, relation == c) for w, t, c in possible if w not in self.found]
        return [(word, tier, among) for word, tier, among in missing if among.any()]

    # -- all the others at once ----------------------------------------------------------------------------------------

    def _all_others(self) -> None:
        """Hold what an output owns, and draw all else anew: finds what no single entry shows."""
        for output in _spread(len(self.base), _OUTPUTS):
            for code, word in _WORDS.items():
                masks = {g.name: g.relation[:, output] == code for g in self.experiment.givens}
                for seed, scale in ((1, 1.0), (2, 6.0), (3, 0.1)):
                    moved = self._moved(masks, seed, scale)
                    if word in self.found or not moved:
                        break
                    cause = f"{_OTHERS[code]} drawn anew"
                    after = self.run(**moved)
                    self._report(self.base, after, word, _TIERS[code], cause, output)

    # -- stimuli and positions -----------------------------------------------------------------------------------------

    def _stimuli(self) -> None:
        """Each stimulus must add its own share, whatever is presented with it and in what order."""
        batched = [g for g in self.experiment.givens if g.batched]
        count = len(batched[0].value) if batched else 0
        turned = self.run(**{g.name: g.value.flip(0) for g in batched})
        self._report(self.base, turned, "batch", "B", "the stimuli in another order", slice(None))
        if self.experiment.plain_sum:
            self._one_by_one(batched, count)
        masks = [{g.name: g.of_stimulus(n) for g in batched} for n in range(count)]
        for a, b in combinations(range(count), 2):
            cause = f"stimuli {a} and {b} changed together"
            self._interact(masks[a], masks[b], "batch", cause, slice(None))

    def _one_by_one(self, batched: list[Given], count: int) -> None:
        alone = [self.run(**{g.name: g.value[n : n + 1] for g in batched}) for n in range(count)]
        cause = "the stimuli presented one by one, and their changes summed"
        total = torch.stack(alone).sum(0)
        self._report(self.base, total, "batch", "B", cause, slice(None))

    def _positions(self) -> None:
        """Each position must add its own share: it stands for a neuron of its own."""
        places = {g.name: (g, g.at) for g in self.experiment.givens if g.at is not None}
        positions = min((at.shape[2] for _, at in places.values()), default=1)
        for output in _spread(len(self.base), _OUTPUTS):
            for a, b in list(combinations(range(positions), 2))[:_PAIRS]:
                if "layer" in self.found and (self.shares or not self.experiment.geometry):
                    return
                first, second = (
                    {
                        name: (g.relation[:, output] == OWN) & at[:, output, t] & ~at[:, output, n]
                        for name, (g, at) in places.items()
                    }
                    for t, n in ((a, b), (b, a))
                )
                cause = f"positions {a} and {b} changed together"
                self._interact(first, second, "layer", cause, output)

    def _interact(self, one: Masks, other: Masks, word: str, cause: str, among: Any) -> None:
        """Report where two groups of entries, changed together, do not do what each does alone."""
        for seed, scale in ((1, 1.0), (2, 5.0)):
            first, second = self._moved(one, seed, scale), self._moved(other, seed, scale)
            if not (first and second):
                return
            both = self._moved({name: one[name] | other[name] for name in one}, seed, scale)
            alone = self.run(**first), self.run(**second)
            if self.experiment.geometry and word == "layer":
                self.shares |= all(bool(_differs(self.base, a)[among]) for a in alone)
            if word not in self.found:
                expected = alone[0] + alone[1] - self.base
                self._report(expected, self.run(**both), word, "B", cause, among)

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _moved(self, masks: Masks, seed: int, scale: float) -> dict[str, Tensor]:
        """The inputs that have entries in these masks, with those drawn anew."""
        moved = {}
        for given in self.experiment.givens:
            mask = masks.get(given.name)
            if mask is not None and mask.any():
                new, old = given.redrawn(seed, scale).reshape(-1), given.value.reshape(-1)
                moved[given.name] = torch.where(mask, new, old).reshape(given.value.shape)
        return moved

    def _report(
        self, before: Tensor, after: Tensor, word: str, tier: str, cause: str, among: Any
    ) -> None:
        """Keep the first change that shows a dependence of any of these outputs."""
        if word not in self.found:
            hit = torch.zeros(len(before), dtype=torch.bool)
            hit[among] = _differs(before, after)[among]
            self._keep(before, after, hit, word, tier, cause)

    def _keep(
        self, before: Tensor, after: Tensor, hit: Tensor, word: str, tier: str, cause: str
    ) -> None:
        """Put the first output that was hit, if any, into words."""
        if hit.any():
            n = int(hit.nonzero()[0])
            effect = f"{self.experiment.output(n)} from {before[n]:.6g} to {after[n]:.6g}"
            self.found[word] = Finding(word, tier, cause, effect)


def _differs(before: Tensor, after: Tensor) -> Tensor:
    """Which outputs differ by more than rounding."""
    if torch.equal(before, after):
        return torch.zeros_like(before, dtype=torch.bool)
    both = torch.stack([before, after])
    finite = both[both.isfinite()]
    atol = _NEAR * float(finite.abs().max()) if finite.numel() else 0.0
    return ~torch.isclose(before, after, rtol=0.0, atol=atol, equal_nan=True)


def _spread(count: int, limit: int) -> list[int]:
    """All indices, or as many as are allowed, spread without a pattern and the same every time."""
    if count <= limit:
        return list(range(count))
    rng = torch.Generator().manual_seed(count)
    return sorted(torch.randperm(count, generator=rng)[:limit].tolist())

"""The locality of a whole layer step, by interventions on a small copy of the layer; and the parts that set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from neuroplast.component import Component
from neuroplast.layer import Objective
from neuroplast.spec import LayerSpec
from neuroplast.testing.locality.alone import measure_part
from neuroplast.testing.locality.experiment import NEURON, Experiment, Given, Values
from neuroplast.testing.locality.found import TIERS, Locality, joined
from neuroplast.testing.locality.measure import measured
from neuroplast.testing.locality.rules import EARLIER
from neuroplast.testing.locality.small import SmallLayer, small
from neuroplast.testing.locality.stepped import Stepped
from neuroplast.testing.locality.wiring import wiring
from neuroplast.testing.numbers import normal

_BATCH = 3
_LIMIT = 20


@dataclass(frozen=True)
class LayerLocality:
    """How local a layer's learning is, and each of its parts by itself, by kind and name."""

    whole: Locality
    parts: Mapping[str, Locality]

    @property
    def set_by(self) -> dict[str, list[str]]:
        """The parts that bring the tier, where it is above A, and each flag.

        A part that reaches farther by itself than here, where there are no positions or no other neurons, brings the
        tier only where no other part does.
        """
        tier, order = self.whole.tier, list(TIERS)
        equal = [n for n, p in self.parts.items() if p.tier == tier]
        farther = [n for n, p in self.parts.items() if order.index(p.tier) > order.index(tier)]
        brought = {f"tier {tier}": equal or farther}
        brought |= {f: [n for n, p in self.parts.items() if f in p.flags] for f in self.whole.flags}
        return {what: parts for what, parts in brought.items() if what != "tier A"}

    def __str__(self) -> str:
        """As `show` prints it."""
        brought = [
            f"{what} from {', '.join(parts) or 'its parts together'}"
            for what, parts in self.set_by.items()
        ]
        return "; ".join(brought) or str(self.whole)


def measure_layer(spec: LayerSpec, objective: Objective = "explicit") -> LayerLocality | None:
    """How local the learning of a layer is; None where it learns nothing.

    objective: what its rules' changes are computed from.
    """
    if not any(p.rule for p in spec.all_projections()):
        return None
    layer = small(spec, objective)
    whole = joined(
        measured(experiment) for seed in (0, 1) for experiment in _experiments(layer, seed)
    )
    parts: dict[str, Locality] = {}
    for part in _parts(layer.spec):
        alone = measure_part(part)
        if alone is not None:
            name = f"{part.family} {part.kind}"
            parts[name] = parts.get(name, Locality()) | alone
    return LayerLocality(whole, parts)


def _parts(spec: LayerSpec) -> Iterator[Component]:
    """The parts that a change of weights passes through; responses do where signals are made of them."""
    for p in spec.all_projections():
        if p.rule is not None:
            several = (p.normalisation, p.synapse, p.effective, p.similarity, p.rule, p.scaling)
            yield from (part for part in (*several, *p.rate, p.step, *p.constraints) if part)
    yield from spec.dynamics
    yield spec.competition
    if spec.signals:
        yield from (spec.population, *spec.signals.values())


# -- experiments -------------------------------------------------------------------------------------------------------


def _experiments(layer: SmallLayer, seed: int) -> Iterator[Experiment]:
    """The drive; and the change of each projection, stimuli being told apart where no constraint sees their sum."""
    yield _Presented(layer, seed).drive()
    free, held = layer.without_constraints(), layer.held()
    for n in layer.learning:
        if free == layer:
            yield _Presented(held, seed).change(n, sums=True)
        else:
            yield _Presented(held, seed).change(n, sums=False)
            yield replace(_Presented(free.held(), seed).change(n, sums=True), limit=0)


class _Presented:
    """A small layer with something presented to it, and what each of its projections sees."""

    def __init__(self, layer: SmallLayer, seed: int) -> None:
        self.layer, self.seed, self.stepped = layer, seed, Stepped(layer)
        pairs = list(zip(layer.synapses, layer.shapes, strict=True))
        self.wires = [wiring(synapse, shape) for synapse, shape in pairs]
        self.xs = [self._drawn(n, _BATCH, *shape) for n, shape in enumerate(layer.shapes)]
        initial = self.stepped.weights
        self.ws = [self._drawn(20 + n, *w.shape) if seed else w for n, w in enumerate(initial)]

    def _drawn(self, n: int, *shape: int) -> Tensor:
        return normal(*shape, seed=100 * self.seed + n)

    def drive(self) -> Experiment:
        """The drive of each neuron, from inputs and weights."""
        givens = []
        for n, wires in enumerate(self.wires):
            givens.append(wires.inputs_of_drive(f"x{self._of(n)}", self.xs[n]))
            givens.append(wires.weights_of_drive(f"w{self._of(n)}", self.ws[n], _BATCH))

        def run(values: Values) -> Tensor:
            return self.stepped.drive(self._each("x", values), self._each("w", values)).flatten()

        return Experiment(run, givens, "u", (_BATCH, *self.layer.response), limit=_LIMIT)

    def change(self, target: int, sums: bool) -> Experiment:
        """The change of one projection's weights, from inputs, held drives, weights, labels, and an added change."""
        givens = self._presented("", target)
        steps = [""]
        if self.layer.remembers:
            past = _Presented(self.layer, self.seed + 5)._presented(EARLIER, target)
            givens += [replace(given, batched=False, at=None) for given in past]
            steps = [EARLIER, ""]
        for n, wires in enumerate(self.wires):
            added = 0.1 * self._drawn(60 + n, *self.ws[n].shape)
            for name, value, word in (("w", self.ws[n], "weight"), ("change", added, "change")):
                given = wires.weights(f"{name}{self._of(n)}", value, word)
                givens.append(self._seen_by(target, given, n))
        wires, labels = self.wires[target], torch.arange(_BATCH)
        if self.layer.spec.signals:
            givens.append(wires.for_all("labels", labels, "labels", "D"))

        def run(values: Values) -> Tensor:
            presented = [(self._each(f"{s}x", values), values[f"{s}u"]) for s in steps]
            ws, added = self._each("w", values), self._each("change", values)
            told = values.get("labels", labels)
            return self.stepped.change(presented, ws, added, told)[target].flatten()

        outputs = wires.neurons, wires.synapses
        return Experiment(run, givens, "dw", outputs, sums=sums, geometry=True, limit=_LIMIT)

    def _presented(self, prefix: str, target: int) -> list[Given]:
        """The inputs of every projection, and the drive."""
        inputs = [
            self._seen_by(target, wires.inputs(f"{prefix}x{self._of(n)}", self.xs[n]), n)
            for n, wires in enumerate(self.wires)
        ]
        u = self._drawn(30, _BATCH, *self.layer.response) * (1.0 + self.seed)
        return [*inputs, self.wires[target].activities(f"{prefix}u", u)]

    def _seen_by(self, target: int, given: Given, n: int) -> Given:
        """What belongs to one projection as another one's synapses have it: its neuron's, or another neuron's."""
        if n == target:
            return given
        nearest = given.relation.view(len(given.relation), self.wires[n].neurons, -1).amin(2)
        relation = nearest.clamp(min=NEURON).repeat_interleave(self.wires[target].synapses, 1)
        return replace(given, relation=relation, at=None)

    def _of(self, n: int) -> str:
        """What tells projections apart in names, where there are several."""
        return f" of projection {n}" if len(self.wires) > 1 else ""

    def _each(self, name: str, values: Values) -> list[Tensor]:
        return [values[f"{name}{self._of(n)}"] for n in range(len(self.wires))]

"""The locality of a part by itself, its inputs given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from neuroplast.component import Component
from neuroplast.registry import Registry
from neuroplast.testing.locality import activities, changes
from neuroplast.testing.locality.experiment import Experiment
from neuroplast.testing.locality.found import Locality, joined
from neuroplast.testing.locality.measure import measured
from neuroplast.testing.locality.rules import rules

EXPERIMENTS: Mapping[str, Callable[[Any, int], Iterator[Experiment]]] = {
    "normalisation": activities.normalisations,
    "synapse": activities.synapses,
    "effective": changes.effectives,
    "similarity": activities.similarities,
    "dynamics": activities.dynamics,
    "competition": activities.competitions,
    "rule": rules,
    "scaling": changes.scalings,
    "rate": changes.rates,
    "step": changes.steps,
    "constraint": changes.constraints,
    "population": activities.populations,
    "pool": activities.pools,
    "signal": activities.signals,
}
"""The experiments on each kind of part that has a say in how local a layer is: (part, seed) -> experiments."""


_known: dict[tuple[type[Component], str], Locality] = {}
"""What was measured in this process; layers of one network share most of their parts."""


def measure_part(part: Component) -> Locality | None:
    """How local a part is by itself; None for kinds that no change of weights passes through."""
    make = EXPERIMENTS.get(part.family)
    if make is None:
        return None
    key = type(part), str(part)
    if key not in _known:
        _known[key] = joined(measured(e) for seed in (0, 1) for e in make(part, seed))
    return _known[key]


def example_of(part: type[Component], registry: Registry) -> Component | None:
    """A part to measure: with the parameters that its claims name first, or its defaults; None where it needs more."""
    claims = registry.claims(part.family, part.kind)
    if claims is not None and claims.cases:
        return part(**claims.cases[0])
    return None if any(f.is_required() for f in part.model_fields.values()) else part()

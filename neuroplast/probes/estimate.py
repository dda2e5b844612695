"""How large a record will be, before anything is learnt, and whether that is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod

from neuroplast.errors import Problem
from neuroplast.layer import Layer
from neuroplast.monitor import labels
from neuroplast.probes.probe import header
from neuroplast.probes.schedule import Stretch, default_due, due
from neuroplast.probes.selection import Layers, find_idle, find_problems, selected
from neuroplast.probes.spec import ProbeSpec, RecordSpec
from neuroplast.probes.variables import variables

SNAPSHOTS = 2
"""State is kept at the start and at the end."""

STEP_BYTES = 4


@dataclass(frozen=True)
class Estimate:
    """The bytes of a record, as far as they grow with the run: state kept, default series, and each probe."""

    state: int
    series: int
    probes: Mapping[str, int]

    @property
    def total(self) -> int:
        """All together."""
        return self.state + self.series + sum(self.probes.values())

    def __str__(self) -> str:
        """A line of the plan."""
        parts = {"state at start and end": self.state, "series of the layers": self.series}
        parts |= {f"probe {name}": size for name, size in self.probes.items()}
        told = ", ".join(f"{name} {readable(size)}" for name, size in parts.items())
        return f"record about {readable(self.total)}: {told}"


def estimate(record: RecordSpec, layers: Layers, stretches: Sequence[Stretch]) -> Estimate:
    """The size of a record, before it is compressed."""
    state = sum(
        t.numel() * t.element_size() for layer in layers.values() for t in layer.state.values()
    )
    series = 0
    for name, layer in layers.items() if record.defaults else ():
        rows = len(default_due(record.every, stretches, name))
        series += rows * (STEP_BYTES + _default_bytes(layer))
    probes = {spec.name: _probe_bytes(spec, layers, stretches) for spec in record.probes}
    return Estimate(SNAPSHOTS * state, series, probes)


def find_unmeant(record: RecordSpec, layers: Layers, stretches: Sequence[Stretch]) -> list[Problem]:
    """What of a record cannot be meant in a run of these steps: probes that see nothing, and too much of it."""
    found = find_problems(record, layers) or find_idle(record, layers, stretches)
    return found or find_excess(record, estimate(record, layers, stretches))


def find_excess(record: RecordSpec, found: Estimate) -> list[Problem]:
    """What is too large for the budget: the largest probe, or what is recorded beside."""
    budget = round(record.budget * 1e9)
    if found.total <= budget:
        return []
    whole = f"the record would take {readable(found.total)} of a budget of {record.budget:g} GB"
    enough = f"set record.budget = {ceil(found.total / 1e8) / 10:g}"
    if found.state + found.series > budget or not found.probes:
        larger = f"raise record.every ({record.every}), set record.defaults = false, or {enough}"
        return [Problem("record.budget", f"{whole}, even without probes", larger)]
    spec = max(record.probes, key=lambda spec: found.probes[spec.name])
    own = found.probes[spec.name]
    what = f"its samples would take {readable(own)}, and {whole}"
    return [Problem(f"record.{spec.name}", what, f"{_smaller(spec, found, budget)}, or {enough}")]


def readable(size: float) -> str:
    """Bytes in units that people count in."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} B"


def _smaller(spec: ProbeSpec, found: Estimate, budget: int) -> str:
    """How a probe can be made to fit."""
    own = found.probes[spec.name]
    left = budget - (found.total - own)
    factor = ceil(own / left) if left > 0 else ceil(found.total / budget)
    words = [f"set every = {spec.every * factor}"] if spec.every else ["sample fewer steps"]
    words += ["choose neurons"] if spec.neurons is None else []
    return ", ".join([*words, "take norms, sums or a histogram"])


def _default_bytes(layer: Layer) -> int:
    """Of one sample of all default series of a layer."""
    known = variables(layer)
    return sum(
        prod(known[name].sizes) * (8 if known[name].counts else 4) if name in known else 8
        for name in labels(layer)
    )


def _probe_bytes(spec: ProbeSpec, layers: Layers, stretches: Sequence[Stretch]) -> int:
    size = 0
    for name, chosen in selected(spec, layers).items():
        told = header(spec, name, chosen)
        row = sum(
            prod(told.sizes(series)) * (8 if s.dtype == "float64" else 4)
            for series, s in told.series.items()
        )
        size += len(due(spec, stretches, name)) * (STEP_BYTES + row)
    return size

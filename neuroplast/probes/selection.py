"""From what a scenario asks for to what is looked at, in the layers that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neuroplast.errors import Problem
from neuroplast.layer import Layer
from neuroplast.monitor import Monitor
from neuroplast.probes.probe import Probe, header
from neuroplast.probes.schedule import Clock, Stretch, default_due, due
from neuroplast.probes.spec import ProbeSpec, RecordSpec
from neuroplast.probes.variables import Variable, prefix, variables
from neuroplast.probes.watch import Watch, Watcher
from neuroplast.recording.recorder import ProbeHeader, Recorder
from neuroplast.tables import nearest

Layers = Mapping[str, Layer]


def watch(
    record: RecordSpec, layers: Layers, stretches: Sequence[Stretch], recorder: Recorder
) -> Watch:
    """What looks at the layers of a run."""
    chosen = [(spec, selected(spec, layers)) for spec in record.probes]
    watchers = []
    for name, layer in layers.items():
        probes = [
            Probe(spec, layer, found[name], due(spec, stretches, name), recorder)
            for spec, found in chosen
            if name in found
        ]
        clock = Clock(default_due(record.every, stretches, name))
        watchers.append(Watcher(layer, Monitor(layer, recorder, record.defaults), clock, probes))
    return Watch(watchers)


def headers(record: RecordSpec, layers: Layers) -> tuple[ProbeHeader, ...]:
    """What the record says of all probes before anything is learnt."""
    return tuple(
        header(spec, name, found)
        for spec in record.probes
        for name, found in selected(spec, layers).items()
    )


def selected(spec: ProbeSpec, layers: Layers) -> dict[str, list[Variable]]:
    """The variables that a probe looks at, by layer."""
    found = {}
    for name in spec.layers or layers:
        known = variables(layers[name])
        own = [v for asked in spec.variables for v in _meant(asked, layers[name], known)]
        if own:
            found[name] = list({v.name: v for v in own}.values())
    return found


def find_problems(record: RecordSpec, layers: Layers) -> list[Problem]:
    """What is wrong with the probes of a scenario, all at once."""
    return [problem for spec in record.probes for problem in _problems(spec, layers)]


def find_idle(record: RecordSpec, layers: Layers, stretches: Sequence[Stretch]) -> list[Problem]:
    """The probes that would not sample a single step of a run."""
    last = max((s.end for s in stretches), default=0)
    return [
        Problem(
            f"record.{spec.name}",
            f"samples no step: it looks {spec.when}, and the run has {last} steps",
            "change from, until or on, or choose layers that adapt",
        )
        for spec in record.probes
        if not any(len(due(spec, stretches, name)) for name in selected(spec, layers))
    ]


def _problems(spec: ProbeSpec, layers: Layers) -> list[Problem]:
    where = f"record.{spec.name}"
    known = {name: variables(layer) for name, layer in layers.items()}
    asked = [name for name in spec.layers or layers if name in layers]
    found = []
    for variable in spec.variables:
        without = [n for n in asked if not _meant(variable, layers[n], known[n])]
        if without and (spec.layers or len(without) == len(asked)):
            names = {name for n in without for name in known[n]}
            who = without[0] if spec.layers else "no layer"
            has = "has no variable" if spec.layers else "has the variable"
            found.append(
                Problem(f"{where}.variables", f"{who} {has} {variable!r}", nearest(variable, names))
            )
    if found or spec.neurons is None:
        return found
    return [
        problem
        for name, chosen in selected(spec, layers).items()
        for problem in _wrong_neurons(spec, layers[name], chosen)
    ]


def _wrong_neurons(spec: ProbeSpec, layer: Layer, chosen: Sequence[Variable]) -> list[Problem]:
    where, count = f"record.{spec.name}.neurons", layer.response_shape[0]
    for variable in chosen:
        if variable.dims[:1] != ("neuron",):
            what = f"{variable.name} of {layer.name} is not given neuron by neuron"
            return [Problem(where, what, "leave neurons out, or move it to a probe of its own")]
    above = [n for n in spec.neurons or () if n >= count]
    if above:
        what = f"{layer.name} has {count} neurons, and no neuron {above[0]}"
        return [Problem(where, what, f"choose from 0 to {count - 1}, or name other layers")]
    return []


def _meant(asked: str, layer: Layer, known: Mapping[str, Variable]) -> list[Variable]:
    """The variables that a name stands for: that of the name, or those of the projections."""
    if asked in known:
        return [known[asked]]
    of_each = (f"{prefix(layer, projection)}{asked}" for projection in layer.projections)
    return [known[name] for name in of_each if name in known]

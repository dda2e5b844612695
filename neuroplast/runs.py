"""Running scenarios, and using what was learned: what the command line and a notebook call."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from torch import Tensor

from neuroplast import loading, registry
from neuroplast.batches import find_lone_stimuli
from neuroplast.build import RegistryResolver
from neuroplast.drafts import Draft, check_fit, draft, find_problems
from neuroplast.engine import (
    Engine,
    Parts,
    Preparation,
    Stage,
    check_labels,
    check_signals,
    describe,
    stages,
)
from neuroplast.errors import ConfigurationError, DataError, ScenarioError
from neuroplast.events import RunInfo
from neuroplast.layer import Layer
from neuroplast.network import Network, blank
from neuroplast.parts.readout import Readout
from neuroplast.parts.stimuli import Split, Stimuli, StimulusSet
from neuroplast.provenance import packages, part_labels, provenance
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import Header, LayerHeader, NoRecorder, RunState
from neuroplast.recording.writer import Hdf5Recorder
from neuroplast.results import Run, RunSet, write_results
from neuroplast.scenario import ReadoutSpec, Scenario
from neuroplast.streams import stream

_MOST_THREADS = 1024
"""So many start anywhere; far more end the process without a word."""

Source = str | Path | Mapping[str, Any] | Draft
Sets = Iterable[str | tuple[str, Any]]


@dataclass(frozen=True)
class Plan:
    """What would be run: the resolved scenario of each condition, its stages, and the seeds."""

    title: str
    seeds: tuple[int, ...]
    scenarios: dict[str, Scenario]
    stages: dict[str, list[Stage]]
    shapes: dict[str, tuple[int, ...]]

    def lines(self) -> list[str]:
        """The plan in words."""
        lines = [f"{self.title}: seeds {', '.join(map(str, self.seeds))}"]
        previous: dict[str, str] = {}
        for condition, scenario in self.scenarios.items():
            if condition:
                lines.append(f"condition {condition}")
            sentences = scenario.sentences()
            lines += [f"  {name}: {s}" for name, s in sentences.items() if previous.get(name) != s]
            if not sentences:
                lines.append("  no layers: read-outs see the stimuli")
            lines += [f"  {describe(stage)}" for stage in self.stages[condition]]
            if scenario.layers:
                lines.append(f"  {_size_line(scenario, self.shapes[condition])}")
            previous = sentences
        return lines


def plan(
    source: Source,
    sets: Sets = (),
    seeds: Sequence[int] | None = None,
    conditions: Sequence[str] | None = None,
) -> Plan:
    """Resolve everything and check that the layers fit, without learning; ScenarioError with all that is wrong."""
    given = _draft(source, sets)
    chosen = list(conditions) if conditions else given.conditions
    for name in conditions or ():
        given.check_condition(name)
    if problems := find_problems(given, chosen):
        raise ScenarioError(given.source, problems)
    scenarios = {name: given.resolve(name) for name in chosen}
    chosen_seeds = tuple(seeds) if seeds else next(iter(scenarios.values())).seeds
    found: dict[str, list[Stage]] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    loaded: tuple[Scenario, Parts] | None = None
    for name, scenario in scenarios.items():
        if loaded is None or not _same_stimuli(loaded[0], scenario):
            loaded = scenario, _stimuli(scenario, chosen_seeds[0])[1]
        train = loaded[1].train
        shapes[name] = tuple(train.x.shape[1:])
        found[name] = stages(scenario, [str(spec.name) for spec in scenario.layers], len(train))
        taught = partial(check_signals, planned=found[name], labels=train.y)
        unfit = check_fit(scenario, shapes[name], taught)
        unfit = unfit or find_lone_stimuli(scenario, found[name], shapes[name], len(train))
        problems += [replace(p, path=f"{name}: {p.path}" if name else p.path) for p in unfit]
        check_labels(scenario, train)
    if problems:
        raise ScenarioError(given.source, problems)
    return Plan(given.title, chosen_seeds, scenarios, found, shapes)


def run(
    source: Source,
    *,
    sets: Sets = (),
    seed: int | None = None,
    condition: str = "",
    out: str | Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    listeners: Sequence[object] = (),
) -> Run:
    """Run a scenario once, with one seed (its first by default) in one condition, and record it in the folder `out`.

    Raises ScenarioError before anything runs, DataError for stimuli, LearningError where learning breaks down.
    """
    given = _draft(source, sets)
    scenario = given.resolve(condition, seed)
    with _threads(threads), _listening(listeners):
        where = _device(device)
        folder = _new_folder(given.title, out)
        return _execute(given.title, scenario, condition, scenario.seeds[0], folder, where)


def run_set(
    source: Source,
    *,
    sets: Sets = (),
    seeds: Sequence[int] | None = None,
    conditions: Sequence[str] | None = None,
    out: str | Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    listeners: Sequence[object] = (),
) -> RunSet:
    """Run a scenario in every condition with every seed, each in a folder of its own below `out`."""
    given = _draft(source, sets)
    planned = plan(given, seeds=seeds, conditions=conditions)
    several = len(planned.seeds) * len(planned.scenarios) > 1
    runs: list[Run] = []
    with _threads(threads), _listening(listeners):
        where = _device(device)
        folder = _new_folder(given.title, out)
        for seed in planned.seeds:
            for condition in planned.scenarios:
                name = f"{condition or 'run'}-seed{seed}"
                path = folder / name if several else folder
                path.mkdir(exist_ok=True)
                scenario = given.resolve(condition, seed)
                runs.append(_execute(given.title, scenario, condition, seed, path, where))
                if several:
                    write_results(folder / "results.json", given.title, runs)
    return RunSet(given.title, folder, runs)


def load(path: str | Path) -> Network:
    """The network of a run with the weights it ended with, frozen.

    DataError where the record cannot be read, or is that of a run that did not end.
    """
    with open_run(Path(path)) as recording:
        if recording.state != "complete":
            raise DataError(
                f"{path}: is {recording.state} after {recording.steps_done} of {recording.steps_total} steps, "
                "so there are no weights that it ended with; repeat the run"
            )
        scenario = draft(recording.scenario).resolve()
        network = Network(
            scenario.layers,
            recording.input_shape,
            recording.seed,
            sample=blank(recording.input_shape),
            signed=scenario.signed,
        )
        network.load_state(recording.final_state())
    return network


def features(
    path: str | Path, data: str | Path, layer: str | None = None
) -> tuple[Tensor, Tensor | None]:
    """Features that a run's network gives to new stimuli, and their labels where there are any.

    data: an array file, or the name of a kind of stimuli; all its parts, training first.
    """
    with open_run(Path(path)) as recording:
        scenario, seed = draft(recording.scenario).resolve(), recording.seed
    splits = _splits(data, seed)
    fitted = scenario.preprocessing  # on the run's own training stimuli
    engine = _reopened(path, _stimuli(scenario, seed)[1] if fitted else Parts(splits[0]))
    found = [engine.network.features(engine.prepared(split.x, "score"), layer) for split in splits]
    labels = [split.y for split in splits]
    return torch.cat(found), torch.cat(labels) if all(y is not None for y in labels) else None  # type: ignore[arg-type]


def readout(
    path: str | Path,
    part: Readout | Mapping[str, Any] | str | None = None,
    layer: str | None = None,
    seed: int | None = None,
) -> dict[str, float]:
    """Fit another read-out on what a run learned, on the run's own stimuli; accuracies in percent.

    part: the run's first read-out by default. seed: of its random numbers, the run's own by default.
    """
    with open_run(Path(path)) as recording:
        scenario, own = draft(recording.scenario).resolve(), recording.seed
    if part is None:
        if not scenario.readouts:
            raise ConfigurationError(f"{path}: the scenario has no read-out; name one")
        part = scenario.readouts[0].part
    chosen = part if isinstance(part, Readout) else RegistryResolver().resolve(Readout, part)
    engine = _reopened(path, _stimuli(scenario, own)[1])
    engine.seed = own if seed is None else seed
    return engine.read_out(ReadoutSpec(part=chosen, layer=layer))


# -- one run -------------------------------------------------------------------------------------------------------


def _execute(
    title: str, scenario: Scenario, condition: str, seed: int, folder: Path, device: torch.device
) -> Run:
    """Learn and record; a run that stops early leaves a record that says so."""
    stimuli, parts = _stimuli(scenario, seed)
    check_labels(scenario, parts.train)
    prepare = Preparation(scenario, parts.train, seed, device)
    sample = prepare(parts.train.x[:1000], "score")
    shape = tuple(parts.train.x.shape[1:])
    seen = scenario.preprocessed_shape(shape)
    signed = scenario.signed or bool(
        (parts.train.x < 0).any()
    )  # a user's arrays are known only now
    network = Network(scenario.layers, seen, seed, device, lambda: sample, signed)
    known = registry.current()
    planned = stages(scenario, list(network.layers), len(parts.train))
    if problems := find_lone_stimuli(scenario, planned, shape, len(parts.train)):
        raise ScenarioError(title, problems)
    check_signals(network, planned, parts.train.y)
    count = sum(stage.steps for stage in planned)
    plain = scenario.plain()
    info = RunInfo(title, condition, seed, folder, count, plain)
    recorder = Hdf5Recorder(folder / "run.h5")
    engine = Engine(scenario, network, parts, recorder, known, info, prepare)
    recorder.start(
        Header(
            title=title,
            condition=condition,
            seed=seed,
            steps_total=count,
            scenario=plain,
            provenance={**provenance(device), "seed": seed},
            parts=part_labels(scenario, known),
            packages=packages(),
            data={
                "name": scenario.stimuli.kind,
                "copy": stimuli.copy,
                "source": stimuli.source,
                "sha256": loading.fingerprint(stimuli),
            },
            input_shape=network.input_shape,
            layers=tuple(_layer_header(layer) for layer in network.layers.values()),
        )
    )
    try:
        results = engine.run()
    except BaseException as error:
        state: RunState = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        recorder.event(engine.step, state, f"{type(error).__name__}: {error}")
        recorder.close(state, engine.step)
        known.fire("run_failed", run=info, error=error)
        raise
    health = engine.complaints()
    for line in health:
        recorder.event(engine.step, "health", line)
    recorder.close("complete", engine.step)
    return Run(title, condition, seed, folder, results, health)


def _draft(source: Source, sets: Sets) -> Draft:
    """The source with entries set; one that was read already may have more set on top."""
    return source.setting(sets) if isinstance(source, Draft) else draft(source, sets)


def _same_stimuli(one: Scenario, other: Scenario) -> bool:
    return (one.stimuli, one.validation) == (other.stimuli, other.validation)


def _stimuli(scenario: Scenario, seed: int) -> tuple[StimulusSet, Parts]:
    """The whole set, and its parts: training stimuli without the validation part, and what is scored."""
    stimuli = loading.load_stimuli(scenario.stimuli, loading.data_root(), stream(seed, "stimuli"))
    train, scored = stimuli.train, {}
    if scenario.validation:
        train, held_out = loading.split_validation(train, scenario.validation)
        if "validation" in scenario.evaluate:
            scored["validation"] = held_out
    if stimuli.test is not None and "test" in scenario.evaluate:
        scored["test"] = stimuli.test
    classes = len(stimuli.classes) or (0 if train.y is None else int(train.y.max()) + 1)
    return stimuli, Parts(train, scored, classes)


def _layer_header(layer: Layer) -> LayerHeader:
    projections = layer.projections
    attributes = {name: part.kind for name, part in (("competition", layer.spec.competition),)}
    rules = [p.spec.rule.kind for p in projections if p.spec.rule is not None]
    if rules:
        attributes["rule"] = ", ".join(rules)
    return LayerHeader(
        name=layer.name,
        neurons=layer.response_shape[0],
        input_shape=projections[0].input_shape if projections else layer.response_shape,
        weight_shapes={
            name: tuple(t.shape)
            for name, t in layer.state.items()
            if name.rpartition(".")[2] == "w"
        },
        attributes={**attributes, "sentence": layer.spec.sentence()},
    )


# -- reading back --------------------------------------------------------------------------------------------------


def _reopened(path: str | Path, parts: Parts) -> Engine:
    """An engine around a run's frozen network, to take features as the run did."""
    with open_run(Path(path)) as recording:
        scenario = draft(recording.scenario).resolve()
        info = RunInfo(recording.title, recording.condition, recording.seed, Path(path), 0)
    return Engine(scenario, load(path), parts, NoRecorder(), registry.current(), info)


def _splits(data: str | Path, seed: int) -> list[Split]:
    """The parts of an array file, or of a kind of stimuli."""
    resolver = RegistryResolver()
    known = resolver.registry.kinds()["stimuli"]
    named = str(data).replace("-", "_")
    table: dict[str, Any] = {"kind": named}
    if named not in known:
        entries = resolver.registry.entries("stimuli")
        found = [(e.part.kind, t) for e in entries if (t := e.part.reads(Path(data))) is not None]  # type: ignore[attr-defined]
        if not found:
            raise ConfigurationError(
                f"{data}: neither a kind of stimuli nor a file that one reads; kinds: {', '.join(known)}"
            )
        table = {"kind": found[0][0], **found[0][1]}
    kind = resolver.resolve(Stimuli, table)
    assert isinstance(kind, Stimuli)
    stimuli = loading.load_stimuli(kind, loading.data_root(), stream(seed, "stimuli"))
    return [stimuli.train, *([stimuli.test] if stimuli.test is not None else [])]


def _size_line(scenario: Scenario, shape: tuple[int, ...]) -> str:
    """How large the network and its record will be."""
    seen = scenario.preprocessed_shape(shape)
    network = Network(scenario.layers, seen, sample=blank(seen), signed=scenario.signed)
    weights = sum(t.numel() for layer in network.layers.values() for t in layer.state.values())
    neurons = sum(layer.response_shape[0] for layer in network.layers.values())
    features_ = math.prod(network.output_shape)
    size = f"record {8 * weights / 1e6:.1f} MB and the series"
    return f"{weights:,} values of state, {neurons:,} neurons, {features_:,} features; {size}"


# -- where and on what ---------------------------------------------------------------------------------------------


def _new_folder(title: str, out: str | Path | None) -> Path:
    """A folder that is new or empty, so that no earlier result is touched."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    plain = re.sub(r"[^\w.-]+", "-", title).strip(".-")[:100] or "run"  # a title may be any text
    folder = Path(out) if out is not None else Path("runs") / f"{plain}-{stamp}-{uuid4().hex[:6]}"
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigurationError(
                f"--out {folder}: exists and is not empty; give a new folder, so that nothing is lost"
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"--out {folder}: cannot be made ({error.strerror}); give a folder you may write to"
        ) from None
    if not os.access(folder, os.W_OK):
        raise DataError(f"--out {folder}: cannot be written; give a folder you may write to")
    return folder


def _device(name: str) -> torch.device:
    """The device by name; auto takes a GPU where there is one."""
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        return torch.device("cuda" if available["cuda"] else "cpu")
    if not available.get(name.partition(":")[0], False):
        here = ", ".join(n for n, there in available.items() if there)
        raise ConfigurationError(f"--device {name}: is not here; choose auto or {here}")
    return torch.device(name)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    if count is not None:
        if not 1 <= count <= _MOST_THREADS:
            raise ConfigurationError(f"--threads {count}: must be from 1 to {_MOST_THREADS}")
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _listening(listeners: Sequence[object]) -> Iterator[None]:
    known = registry.current()
    heard: list[object] = []
    try:
        for listener in listeners:
            known.listen(listener)
            heard.append(listener)
        yield
    finally:
        for listener in heard:
            known.silence(listener)

"""Running scenarios, and using what was learned: what the command line and a notebook call."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from torch import Tensor

from neuroplast import loading
from neuroplast.batches import find_lone_stimuli
from neuroplast.build import RegistryResolver
from neuroplast.computing import computing
from neuroplast.drafts import Draft, check_fit, draft, find_problems
from neuroplast.errors import ConfigurationError, DataError, Problem, ScenarioError
from neuroplast.evaluation import Evaluation
from neuroplast.execution import execute, listening, stimuli_of
from neuroplast.labels import check_labels, check_signals
from neuroplast.network import Network, blank
from neuroplast.parts.readout import Readout
from neuroplast.parts.stimuli import Split, Stimuli
from neuroplast.precision import precision_of
from neuroplast.preparation import Parts, Preparation
from neuroplast.probes.estimate import estimate, find_unmeant
from neuroplast.recording.reader import open_run
from neuroplast.results import Run, RunSet
from neuroplast.resuming import resume_set
from neuroplast.runset import Member, PlannedSet, write_set
from neuroplast.scenario import ReadoutSpec, Scenario
from neuroplast.stages import Stage, stages
from neuroplast.streams import stream

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
    sizes: dict[str, str]

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
            lines += [f"  {stage}" for stage in self.stages[condition]]
            if scenario.layers:
                lines.append(f"  {self.sizes[condition]}")
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
    sizes: dict[str, str] = {}
    loaded: tuple[Scenario, Parts] | None = None
    for name, scenario in scenarios.items():
        if loaded is None or not _same_stimuli(loaded[0], scenario):
            loaded = scenario, stimuli_of(scenario, chosen_seeds[0])[1]
        train = loaded[1].train
        shapes[name] = shape = tuple(train.x.shape[1:])
        found[name] = stages(scenario, [str(spec.name) for spec in scenario.layers], len(train))
        taught = partial(check_signals, planned=found[name], labels=train.y)
        unfit = check_fit(scenario, shape, taught)
        unfit = unfit or find_lone_stimuli(scenario, found[name], shape, len(train))
        if not unfit:
            unfit, sizes[name] = _sized(scenario, shape, found[name])
        problems += [replace(p, path=f"{name}: {p.path}" if name else p.path) for p in unfit]
        check_labels(scenario, train)
    if problems:
        raise ScenarioError(given.source, problems)
    return Plan(given.title, chosen_seeds, scenarios, found, shapes, sizes)


def run(
    source: Source,
    *,
    sets: Sets = (),
    seed: int | None = None,
    condition: str = "",
    out: str | Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    precision: str = "fp32",
    eager: bool = False,
    listeners: Sequence[object] = (),
) -> Run:
    """Run a scenario once, with one seed (its first by default) in one condition, and record it in the folder `out`.

    eager: on a GPU run every step one operation after another, where most could be replayed as a CUDA graph.
    Raises ScenarioError before anything runs, DataError for stimuli, LearningError where learning breaks down.
    """
    given = _draft(source, sets)
    scenario = given.resolve(condition, seed)
    with computing(device, threads, precision, eager) as on, listening(listeners):
        folder = new_folder(given.title, out)
        return execute(given.title, scenario, condition, scenario.seeds[0], folder, on)


def run_set(
    source: Source,
    *,
    sets: Sets = (),
    seeds: Sequence[int] | None = None,
    conditions: Sequence[str] | None = None,
    out: str | Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    precision: str = "fp32",
    eager: bool = False,
    jobs: int = 1,
    listeners: Sequence[object] = (),
) -> RunSet:
    """Run a scenario in every condition with every seed, each in a folder of its own below `out`.

    jobs: so many runs at once, each in a process of its own, with the same numbers as one after the other with as many
    CPU threads. threads: of each run; by default those that there are, shared among as many as run at once.
    Raises what `run` does; of runs in other processes NeuroplastError, which tells it, once all under way have ended.
    """
    given = _draft(source, sets)
    planned = plan(given, seeds=seeds, conditions=conditions)
    members = tuple(
        Member(condition, seed, f"{condition or 'run'}-seed{seed}")
        for seed in planned.seeds
        for condition in planned.scenarios
    )
    if len(members) == 1:
        which: dict[str, Any] = {"seed": members[0].seed, "condition": members[0].condition}
        how: dict[str, Any] = {"device": device, "threads": threads, "precision": precision}
        done = run(given, **which, out=out, **how, eager=eager, listeners=listeners)
        return RunSet(given.title, done.path, [done])
    shared = _share_of_threads(min(jobs, len(members))) if threads is None else threads
    with computing(device, shared, precision) as on:
        folder = new_folder(given.title, out)
        scenarios, count = _plain(planned), torch.get_num_threads()
        write_set(
            folder,
            PlannedSet(given.title, scenarios, members, str(on.device), count, on.precision),
        )
    return resume_set(folder, eager=eager, jobs=jobs, listeners=listeners, tell=_nobody)


def _share_of_threads(jobs: int) -> int:
    """How many of the CPU threads each of so many runs at once has."""
    return max(1, torch.get_num_threads() // jobs)


def _nobody(line: str) -> None:
    """Hears what need not be told, since it is what was asked for."""


def load(path: str | Path) -> Network:
    """The network of a run with the weights it ended with, frozen, as exact as the run was.

    DataError where the record cannot be read, or is that of a run that did not end.
    """
    with open_run(Path(path)) as recording:
        if recording.state != "complete":
            raise DataError(
                f"{path}: is {recording.state} after {recording.steps_done} of {recording.steps_total} steps, "
                "so there are no weights that it ended with; go on with `neuroplast resume`"
            )
        scenario = draft(recording.scenario).resolve()
        network = Network(
            scenario.layers,
            recording.input_shape,
            recording.seed,
            sample=blank(recording.input_shape),
            signed=scenario.signed,
            precision=precision_of(recording.provenance),
        )
        network.load_state(recording.final_state())
    return network


def features(
    path: str | Path, data: str | Path, layer: str | None = None
) -> tuple[Tensor, Tensor | None]:
    """Features that a run's network gives to new stimuli, and their labels where there are any.

    data: an array file, or the name of a kind of stimuli; all its parts, training first.
    """
    scenario, seed = _scenario(path)
    splits = _splits(data, seed)
    fitted = scenario.preprocessing  # on the run's own training stimuli
    train = stimuli_of(scenario, seed)[1].train if fitted else splits[0]
    network = load(path)
    prepare = Preparation(scenario, train, seed, network.device)
    found = [network.features(prepare(split.x, "score"), layer) for split in splits]
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
    scenario, own = _scenario(path)
    if part is None:
        if not scenario.readouts:
            raise ConfigurationError(f"{path}: the scenario has no read-out; name one")
        part = scenario.readouts[0].part
    chosen = part if isinstance(part, Readout) else RegistryResolver().resolve(Readout, part)
    network, parts = load(path), stimuli_of(scenario, own)[1]
    prepare = Preparation(scenario, parts.train, own, network.device)
    evaluation = Evaluation(network, parts, prepare, own if seed is None else seed)
    return evaluation.read_out(ReadoutSpec(part=chosen, layer=layer))


def _draft(source: Source, sets: Sets) -> Draft:
    """The source with entries set; one that was read already may have more set on top."""
    return source.setting(sets) if isinstance(source, Draft) else draft(source, sets)


def _plain(planned: Plan) -> dict[str, dict[str, Any]]:
    """The resolved scenario of each condition as plain data."""
    return {condition: scenario.plain() for condition, scenario in planned.scenarios.items()}


def _same_stimuli(one: Scenario, other: Scenario) -> bool:
    return (one.stimuli, one.validation) == (other.stimuli, other.validation)


# -- reading back --------------------------------------------------------------------------------------------------


def _scenario(path: str | Path) -> tuple[Scenario, int]:
    """What a run was of, and its seed."""
    with open_run(Path(path)) as recording:
        return draft(recording.scenario).resolve(), recording.seed


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


def _sized(
    scenario: Scenario, shape: tuple[int, ...], planned: Sequence[Stage]
) -> tuple[list[Problem], str]:
    """What of its record cannot be meant, and a line on how large the network and its record will be."""
    seen = scenario.preprocessed_shape(shape)
    network = Network(scenario.layers, seen, sample=blank(seen), signed=scenario.signed)
    stretches = [stage.stretch for stage in planned]
    if problems := find_unmeant(scenario.record, network.layers, stretches):
        return problems, ""
    layers = network.layers.values()
    state = sum(t.numel() for layer in layers for t in layer.state.values())
    neurons = sum(layer.response_shape[0] for layer in layers)
    record = estimate(scenario.record, network.layers, stretches)
    features_ = math.prod(network.output_shape)
    return [], f"{state:,} values of state, {neurons:,} neurons, {features_:,} features; {record}"


# -- where and on what ---------------------------------------------------------------------------------------------


def new_folder(title: str, out: str | Path | None) -> Path:
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

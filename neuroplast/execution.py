"""One run, from its resolved scenario to its record: prepared, learned, recorded, and closed however it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuroplast import interruption, loading, registry
from neuroplast.batches import find_lone_stimuli
from neuroplast.computing import Computing
from neuroplast.engine import Engine
from neuroplast.errors import ScenarioError
from neuroplast.events import RunInfo
from neuroplast.interruption import Requests
from neuroplast.labels import check_labels, check_signals
from neuroplast.layer import Layer
from neuroplast.network import Network
from neuroplast.parts.stimuli import StimulusSet
from neuroplast.preparation import Parts, Preparation
from neuroplast.probes import selection
from neuroplast.probes.estimate import find_unmeant
from neuroplast.provenance import packages, part_files, part_labels, provenance
from neuroplast.recording.recorder import Header, LayerHeader, Recorder, RunState
from neuroplast.recording.writer import RunRecorder
from neuroplast.results import Run
from neuroplast.scenario import Scenario
from neuroplast.stages import stages
from neuroplast.streams import stream


@dataclass(frozen=True)
class Prepared:
    """A run that could begin: everything is loaded, built and checked, and nothing is recorded."""

    scenario: Scenario
    network: Network
    parts: Parts
    prepare: Preparation
    info: RunInfo
    header: Header
    eager: bool

    def engine(self, recorder: Recorder, requests: Requests) -> Engine:
        """What runs it."""
        known = registry.current()
        made = (self.scenario, self.network, self.parts, recorder, known, self.info)
        return Engine(*made, self.prepare, requests, self.eager)


def execute(
    title: str, scenario: Scenario, condition: str, seed: int, folder: Path, on: Computing
) -> Run:
    """Learn and record; a run that stops early leaves a record that says so, and can be resumed."""
    prepared = prepared_run(title, scenario, condition, seed, folder, on)
    recorder = RunRecorder(folder, scenario.record.commit)
    recorder.start(prepared.header)
    return learned(prepared, recorder)


def prepared_run(
    title: str, scenario: Scenario, condition: str, seed: int, folder: Path, on: Computing
) -> Prepared:
    """Load the stimuli and build the network. ScenarioError, ConfigurationError or DataError where it cannot run."""
    stimuli, parts = stimuli_of(scenario, seed)
    check_labels(scenario, parts.train)
    parts = parts.on(on.device)
    prepare = Preparation(scenario, parts.train, seed, on.device)
    sample = prepare(parts.train.x[:1000], "score")
    shape = tuple(parts.train.x.shape[1:])
    seen = scenario.preprocessed_shape(shape)
    # a user's arrays are known only now
    signed = scenario.signed or bool((parts.train.x < 0).any())
    network = Network(scenario.layers, seen, seed, on.device, lambda: sample, signed, on.precision)
    known = registry.current()
    planned = stages(scenario, list(network.layers), len(parts.train))
    if problems := find_lone_stimuli(scenario, planned, shape, len(parts.train)):
        raise ScenarioError(title, problems)
    if problems := find_unmeant(scenario.record, network.layers, [s.stretch for s in planned]):
        raise ScenarioError(title, problems)
    check_signals(network, planned, parts.train.y)
    count = sum(stage.steps for stage in planned)
    plain = scenario.plain()
    info = RunInfo(title, condition, seed, folder, count, plain)
    header = Header(
        title=title,
        condition=condition,
        seed=seed,
        steps_total=count,
        scenario=plain,
        provenance={**provenance(on), "seed": seed},
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
        probes=selection.headers(scenario.record, network.layers),
        files=part_files(scenario, known),
    )
    return Prepared(scenario, network, parts, prepare, info, header, on.eager)


def learned(
    prepared: Prepared, recorder: RunRecorder, state: Mapping[str, Any] | None = None
) -> Run:
    """Run it to its end, from the beginning or from the state of a checkpoint."""
    info, engine = prepared.info, None
    with interruption.listening() as requests:
        try:
            engine = prepared.engine(recorder, requests)
            results = engine.run(state)
            health = engine.complaints()
            for line in health:
                recorder.event(engine.step, "health", line)
            recorder.close("complete", engine.step)
        except BaseException as error:
            _stopped(recorder, engine.step if engine else 0, error)
            registry.current().fire("run_failed", run=info, error=error)
            raise
        requests.check()  # what was asked since the last step: this run is complete, but others may follow
    return Run(info.title, info.condition, info.seed, info.path, results, health)


def _stopped(recorder: RunRecorder, step: int, error: BaseException) -> None:
    """Close the record of a run that did not end; why it did not is what is told."""
    state: RunState = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
    recorder.event(step, state, f"{type(error).__name__}: {error}")
    try:
        recorder.close(state, step)
    except Exception as problem:
        if str(problem) != str(error):  # where the recorder failed, it says so again
            error.add_note(f"besides, its record could not be closed: {problem}")


def stimuli_of(scenario: Scenario, seed: int) -> tuple[StimulusSet, Parts]:
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


# -- who hears of it -------------------------------------------------------------------------------------------------


@contextmanager
def listening(listeners: Sequence[object]) -> Iterator[None]:
    """Let these objects hear of the run's events."""
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

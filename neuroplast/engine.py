"""Runs one resolved scenario: phases, read-outs, measures, events."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from neuroplast import randomness
from neuroplast.component import State
from neuroplast.errors import ConfigurationError, LearningError
from neuroplast.events import IntervalReport, RunInfo
from neuroplast.features import BLOCK, ComputedFeatures, keep, room
from neuroplast.gradient import GradientLearning
from neuroplast.interruption import Requests
from neuroplast.layer import FROZEN, Adapts
from neuroplast.network import Network, as_float
from neuroplast.parts.preprocessing import Preprocessing
from neuroplast.parts.readout import Advance, Classifier, FeatureSource
from neuroplast.parts.stimuli import Split
from neuroplast.precision import kept_in
from neuroplast.probes import selection
from neuroplast.probes.schedule import Stretch
from neuroplast.progress import Progress
from neuroplast.recording.recorder import Recorder
from neuroplast.registry import Registry
from neuroplast.scenario import MeasureSpec, PhaseSpec, ReadoutSpec, Scenario
from neuroplast.spec import STIMULI
from neuroplast.streams import stream

REPORT_SECONDS = 0.25
"""How often listeners hear of progress."""


@dataclass(frozen=True)
class Stage:
    """A part of a phase in which the same layers adapt: all at once, or one of a greedy phase.

    steps, epochs, per_epoch: its length; start: the run's step at which it begins.
    """

    phase: PhaseSpec
    groups: dict[str, Adapts]
    steps: int
    epochs: int
    per_epoch: int
    start: int

    @property
    def stretch(self) -> Stretch:
        """As probes see it."""
        seen = self.phase.learning != "gradient"
        return Stretch(self.start, self.steps, self.per_epoch, tuple(self.groups), seen)

    @property
    def title(self) -> str:
        """For messages."""
        layers = ", ".join(self.groups)
        return (
            f"{self.phase.name}: {layers}" if self.phase.order == "greedy" else str(self.phase.name)
        )


@dataclass(frozen=True)
class Place:
    """How far a run is: in which stage, after how many of its steps, and whether its beginning was noted."""

    stage: int = 0
    position: int = 0
    entered: bool = False


@dataclass
class Parts:
    """The stimuli of a run: what is learnt from, and what read-outs are scored on."""

    train: Split
    scored: dict[str, Split] = field(default_factory=dict)
    classes: int = 0


def stages(scenario: Scenario, layers: list[str], stimuli: int) -> list[Stage]:
    """What adapts when, in order."""
    found: list[Stage] = []
    start = 0
    for phase in scenario.phases:
        chosen = [name for name in layers if not phase.layers or name in phase.layers]
        sets = [[name] for name in chosen] if phase.order == "greedy" else [chosen]
        steps, epochs, per_epoch = phase.length(stimuli)
        for names in sets if chosen else []:
            groups = {name: _groups(scenario, name, phase) for name in names}
            found.append(Stage(phase, groups, steps, epochs, per_epoch, start))
            start += steps
    return found


def _groups(scenario: Scenario, name: str, phase: PhaseSpec) -> Adapts:
    """The groups of a layer that adapt in a phase: weights only where something owns their change."""
    layer = next(spec for spec in scenario.layers if spec.name == name)
    owned = phase.learning == "gradient" or any(p.rule is not None for p in layer.all_projections())
    a = phase.adapts
    neurons = a.neurons and phase.learning != "gradient"
    return Adapts(weights=a.weights and owned, neurons=neurons, statistics=a.statistics)


class Preparation:
    """The way from stimuli to what the first layer sees.

    Each preprocessing is fitted once, on what those before it make of the training stimuli; those
    for training alone, which augment, are left out there.
    """

    def __init__(self, scenario: Scenario, train: Split, seed: int, device: torch.device) -> None:
        self.seed, self.device = seed, device
        self._memories: list[tuple[Preprocessing, State]] = []
        for i, part in enumerate(scenario.preprocessing):
            fitted = part.fit(self(train.x, "score") if i else as_float(train.x.to(device)))
            memory = State({name: tensor.to(device) for name, tensor in fitted.items()})
            self._memories.append((part, memory))

    def __call__(self, x: Tensor, part: str, step: int = 0) -> Tensor:
        """Stimuli on the device, as floats, preprocessed. `part` is "train" where they are learnt from."""
        x = as_float(x.to(self.device))
        for i, (preprocessing, memory) in enumerate(self._memories):
            if preprocessing.when == "always" or part == "train":
                rng = stream(self.seed, f"preprocessing.{i}.step{step}")
                x = preprocessing.apply(x, memory, rng)
        return x


class Engine:
    """Runs one scenario with one seed on a network; everything that happens goes to the recorder and the listeners."""

    def __init__(
        self,
        scenario: Scenario,
        network: Network,
        parts: Parts,
        recorder: Recorder,
        known: Registry,
        info: RunInfo,
        preparation: Preparation | None = None,
        requests: Requests | None = None,
    ) -> None:
        self.scenario, self.network, self.parts = scenario, network, parts
        self.requests = requests or Requests()
        self.recorder, self.registry, self.info = recorder, known, info
        self.seed = info.seed
        self.results: dict[str, dict[str, float]] = {}
        self.step = 0
        self._place = Place()
        self._kept: tuple[PhaseSpec | None, dict[str, Tensor]] = None, {}
        self._committed: int | None = None
        self._backprop: GradientLearning | None = None
        self._backprop_state: Mapping[str, Any] | None = None
        self.stages = stages(scenario, list(network.layers), len(parts.train))
        stretches = [stage.stretch for stage in self.stages]
        self.watch = selection.watch(scenario.record, network.layers, stretches, recorder)
        self._prepare = preparation or Preparation(scenario, parts.train, info.seed, network.device)
        self._reported = time.monotonic()

    def run(self, resumed: Mapping[str, Any] | None = None) -> dict[str, dict[str, float]]:
        """Learn through all phases, evaluate where asked, and return the results by group.

        resumed: the `state` of the same run, to go on from there.
        """
        try:
            return self._run(resumed)
        finally:
            self.watch.flush()

    def _run(self, resumed: Mapping[str, Any] | None) -> dict[str, dict[str, float]]:
        self.registry.fire("run_started", run=self.info)
        if resumed is None:
            self._begin()
        else:
            self.load_state(resumed)
        for i, stage in enumerate(self.stages):
            if i >= self._place.stage:
                self._learn(i, stage)
                self._finish_layers(stage, self.stages[i + 1 :])
                self._place = Place(i + 1)
        if self.stages:
            self._commit(wait=True)
        self.network.freeze()
        self.recorder.snapshot(self.step, self.network.state())
        self._evaluate({"end"})
        self.registry.fire("run_finished", run=self.info, results=self.results)
        return self.results

    def complaints(self) -> list[str]:
        """What looks unhealthy, layer by layer."""
        return self.watch.complaints()

    def _begin(self) -> None:
        """What is recorded before the first step."""
        self.recorder.snapshot(0, self.network.state())
        self._evaluate({"start"})
        if self.stages:
            self._commit()

    # -- stopping and going on -------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All that decides how the run goes on, as nested tables of tensors, numbers and texts."""
        return {
            "step": self.step,
            "stage": self._place.stage,
            "position": self._place.position,
            "entered": self._place.entered,
            "network": self.network.state(),
            "generators": {
                name: {key: rng.get_state() for key, rng in layer.generators.items()}
                for name, layer in self.network.layers.items()
            },
            "corrected": {
                name: [int(p.corrected) for p in layer.projections]
                for name, layer in self.network.layers.items()
            },
            "backprop": self._backprop.state() if self._backprop else None,
            "watch": self.watch.state(),
            "results": self.results,
            "randomness": randomness.state(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Be where `state` was taken; ConfigurationError where it does not fit this run."""
        self.step = state["step"]
        self._place = Place(state["stage"], state["position"], state["entered"])
        self.network.load_state(state["network"])
        for name, layer in self.network.layers.items():
            for key, rng in layer.generators.items():
                rng.set_state(state["generators"][name][key])
            for projection, count in zip(layer.projections, state["corrected"][name], strict=True):
                projection.corrected = count
        self.watch.load_state(state["watch"])
        self._backprop_state = state["backprop"]
        self.results = {group: dict(values) for group, values in state["results"].items()}
        randomness.load_state(state["randomness"])

    def _commit(self, wait: bool = False) -> None:
        """Let everything up to here survive."""
        self.recorder.commit(self.step, self.state(), wait)
        if self._committed != self.step:
            self._committed = self.step
            self.registry.fire("checkpoint", run=self.info, step=self.step)

    def _commit_if_asked(self) -> None:
        """Commit where it is time, or somebody asked; and stop where that was asked."""
        asked, self.requests.commit = self.requests.commit, False
        if asked or self.requests.stop or self.recorder.is_due:
            self._commit(wait=bool(self.requests.stop))
        self.requests.check()

    # -- learning --------------------------------------------------------------------------------------------------

    def _learn(self, number: int, stage: Stage) -> None:
        self.network.adapt(stage.groups)
        if not self._place.entered:
            self.recorder.event(self.step, "phase", stage.title)
        backprop = self._backprop = self._prepared_backprop(stage)
        below, seen = self._below(stage), stage.stretch.seen
        for position, index in self._order(stage, self._place.position):
            x, labels = self._batch(index)
            progress = Progress(position, stage.steps, position // stage.per_epoch, stage.epochs)
            self.watch.attach(stage.groups, self.step + 1, seen)
            if backprop:
                assert labels is not None
                backprop.learn(x, labels, progress)
            elif below:
                kept = {source: r[index].to(x.device) for source, r in below.items()}
                name = next(iter(stage.groups))
                self.network.learn_from(name, kept, labels, progress, stage.phase.objective)
            else:
                phase = stage.phase
                self.network.learn(x, labels, progress, phase.update, phase.objective)
            self.step += 1
            self._record(stage)
            self._report(stage.title, position + 1, stage.steps)
            self._evaluate_between(stage, position + 1)
            self.network.adapt(stage.groups)
            self._place = Place(number, position + 1, entered=True)
            self._commit_if_asked()
        if backprop:
            backprop.finish()
            self._backprop = None

    def _below(self, stage: Stage) -> dict[str, Tensor]:
        """What the frozen layers below a greedy layer answer to all training stimuli, kept where that pays.

        It pays where it is read more than once and does not change (no augmentation); where there is no room, in memory
        or on disk, it is recomputed for each batch. What the stage before kept in the same phase holds still.
        """
        (phase, before), self._kept = self._kept, (stage.phase, {})
        if stage.phase.order != "greedy" or stage.phase.learning == "gradient" or stage.epochs == 1:
            return {}
        if any(part.when == "train" for part in self.scenario.preprocessing):
            return {}
        name = next(iter(stage.groups))
        sources = {source for names in self.network.sources[name] for source in names}
        if not sources & self.network.layers.keys():
            return {}
        known = before if phase is stage.phase else {}
        found: dict[str, Tensor] = {}
        for source in sources:
            response = known[source] if source in known else self._responses(source, known)
            if response is None:
                return {}
            found[source] = response
        self._kept = stage.phase, found
        return found

    def _responses(self, source: str, known: Mapping[str, Tensor]) -> Tensor | None:
        """What one source answers to all training stimuli, from what is known; None where there is no room for it."""
        count = len(self.parts.train)
        kept: Tensor | None = None
        for index in torch.split(torch.arange(count), BLOCK):
            at_hand = {STIMULI: self._batch(index)[0]}
            at_hand |= {name: r[index].to(self.network.device) for name, r in known.items()}
            with torch.no_grad():
                response = self.network.response(source, at_hand)
            if kept is None:
                # In float32 always: rounded, they would differ from recomputed ones.
                kept = room((count, *response.shape[1:]), device=self.network.device)
                if kept is None:
                    return None
            kept[index[0] : index[-1] + 1] = response
        return kept

    def _prepared_backprop(self, stage: Stage) -> GradientLearning | None:
        """What learns by backprop in a stage; where the run was stopped in it, as it was then."""
        if stage.phase.learning != "gradient":
            return None
        if self.parts.train.y is None:
            raise ConfigurationError(
                f'{stage.title}: learning = "gradient" needs labels, and these stimuli have none'
            )
        found = GradientLearning(self.network, stage.phase, self.parts.classes, self.seed)
        if self._backprop_state is not None:
            found.load_state(self._backprop_state)
            self._backprop_state = None
        return found

    def _order(self, stage: Stage, first: int) -> Iterator[tuple[int, Tensor]]:
        """From step `first` on, its number and its batch's indices; all layers of a greedy phase see the same."""
        count, batch = len(self.parts.train), stage.phase.batch
        for step in range(first, stage.steps):
            epoch, place = divmod(step, stage.per_epoch)
            if place == 0 or step == first:
                rng = stream(self.seed, f"{stage.phase.name}.epoch{epoch}.order")
                order = (
                    torch.randperm(count, generator=rng)
                    if stage.phase.shuffle
                    else torch.arange(count)
                )
            left = (stage.phase.presentations or stage.epochs * count) - epoch * count
            yield step, order[place * batch : min((place + 1) * batch, left)]

    def _batch(self, index: Tensor) -> tuple[Tensor, Tensor | None]:
        x = self.prepared(self.parts.train.x[index], "train", self.step)
        y = (
            None
            if self.parts.train.y is None
            else self.parts.train.y[index].to(self.network.device)
        )
        return x, y

    def prepared(self, x: Tensor, part: str, step: int = 0) -> Tensor:
        """Stimuli on the device, as floats, preprocessed."""
        return self._prepare(x, part, step)

    # -- watching --------------------------------------------------------------------------------------------------

    def _record(self, stage: Stage) -> None:
        """Hand over the samples that are due, and stop where weights are not finite."""
        for name in self.watch.record(stage.groups, self.step):
            if stage.phase.learning == "gradient":
                raise LearningError(
                    f"{name}: weights not finite at step {self.step} under backprop; lower gradient.eta "
                    f"({stage.phase.gradient.eta:g})"
                )
            raise self.network.layers[name].not_finite(self.step, "weights not finite")

    def _report(self, title: str, done: float, total: float) -> None:
        now = time.monotonic()
        if now - self._reported >= REPORT_SECONDS or done == total:
            self._reported = now
            report = IntervalReport(title, done, total, self.step)
            self.registry.fire("interval", run=self.info, report=report)

    def _finish_layers(self, stage: Stage, later: list[Stage]) -> None:
        for name in stage.groups:
            if not any(name in other.groups for other in later):
                self.recorder.event(self.step, "layer finished", name)
                self.registry.fire("layer_finished", run=self.info, layer=name)

    # -- evaluating ------------------------------------------------------------------------------------------------

    def _evaluate_between(self, stage: Stage, done: int) -> None:
        """What is asked for at this point; what is asked for at the end as well is left to the end there."""
        last = done == stage.steps and stage is self.stages[-1]
        due = {at for at in self._times() if _is_due(at, done, stage, self.step)}
        if due:
            self._evaluate(due, unless="end" if last else "")

    def _times(self) -> list[str]:
        asked = [
            at for spec in (*self.scenario.readouts, *self.scenario.measures) for at in spec.at
        ]
        return [at for at in dict.fromkeys(asked) if at not in ("start", "end")]

    def _evaluate(self, times: set[str], unless: str = "") -> None:
        """Fit and score every read-out, and take every measure, that is asked for at one of these times, once."""
        self.network.freeze()
        for readout in self.scenario.readouts:
            if times & {*readout.at} and unless not in readout.at:
                self._keep(readout.name or readout.part.kind, self.read_out(readout))
        for measure in self.scenario.measures:
            if times & {*measure.at} and unless not in measure.at:
                self._keep(measure.name or measure.part.kind, self._measure(measure))

    def _keep(self, group: str, values: dict[str, float]) -> None:
        self.recorder.metrics(group, self.step, values)
        self.results[group] = values

    def _measure(self, spec: MeasureSpec) -> dict[str, float]:
        stimuli = self.prepared(self.parts.train.x, "measure")
        return spec.part.measure(self.network, stimuli)

    def read_out(self, spec: ReadoutSpec) -> dict[str, float]:
        """Accuracy in percent on training, validation and test stimuli of a read-out fitted on the training ones."""
        name = spec.name or spec.part.kind
        source = keep(
            self.features(self.parts.train, spec.layer, name), self._advance(f"{name}: features")
        )
        rng = stream(self.seed, f"{name}.readout")
        classifier = spec.part.fit(source, self.parts.classes, rng, self._advance(f"{name}: fit"))
        scores = {"train_accuracy": accuracy(classifier, source, self._advance(f"{name}: train"))}
        for part, split in self.parts.scored.items():
            features = self.features(split, spec.layer, name)
            scores[f"{part}_accuracy"] = accuracy(
                classifier, features, self._advance(f"{name}: {part}")
            )
        return scores

    def features(self, split: Split, layer: str | None, name: str) -> ComputedFeatures:
        """The features of a part, computed when asked for; the training part is not augmented here."""
        if split.y is None:
            raise ConfigurationError(
                f"readout {name}: needs labels, and these stimuli have none; leave it out"
            )
        size = self.network.features(self.prepared(split.x[:1], "score"), layer).shape[1]

        def compute(index: Tensor) -> Tensor:
            return self.network.features(self.prepared(split.x[index], "score"), layer)

        return ComputedFeatures(compute, split.y, size, kept_in(self.network.precision))

    def _advance(self, title: str) -> Advance:
        def advance(share: float) -> None:
            self.requests.check()  # nothing is learnt here, so what was committed before is all there is to keep
            self._report(title, share, 1.0)

        return advance


def accuracy(classifier: Classifier, source: FeatureSource, advance: Advance) -> float:
    """The share of stimuli, in percent, whose largest score is their class's; of equal ones the first counts."""
    right = done = 0
    for features, labels in source.blocks():
        right += int((classifier.scores(features).argmax(1) == labels).sum())
        done += len(labels)
        advance(done / len(source))
    return 100.0 * right / len(source)


def _is_due(at: str, done: int, stage: Stage, step: int) -> bool:
    kind, number, *_ = at.split()
    if kind == "epoch":
        return done == int(number) * stage.per_epoch
    return step % int(number) == 0


def check_labels(scenario: Scenario, train: Split) -> None:
    """Refuse, before anything is learnt, what needs labels where there are none."""
    if train.y is not None:
        return
    asking = [f"readout {r.name or r.part.kind}: needs" for r in scenario.readouts]
    asking += [
        f'{p.name}: learning = "gradient" needs'
        for p in scenario.phases
        if p.learning == "gradient"
    ]
    if asking:
        raise ConfigurationError(
            f"{asking[0]} labels, and these stimuli have none; leave it out, or use labelled stimuli"
        )


def check_signals(network: Network, planned: Sequence[Stage], labels: Tensor | None) -> None:
    """Refuse, before anything is learnt, labels that a layer cannot be taught by."""
    for stage in planned:
        if stage.phase.learning == "gradient":
            continue
        for name, adapts in stage.groups.items():
            if adapts.weights or adapts.neurons:
                network.layers[name].check_labels(labels)


def describe(stage: Stage) -> str:
    """A stage of the plan as a line."""
    words = []
    for name, adapts in stage.groups.items():
        groups = [g for g in ("weights", "neurons", "statistics") if getattr(adapts, g)]
        words.append(f"{name}: {', '.join(groups) if adapts != FROZEN else 'nothing'}")
    phase = stage.phase
    return (
        f"{stage.title}: {stage.steps} steps of {phase.batch} stimuli by {phase.learning} learning; adapts "
        + "; ".join(words)
    )

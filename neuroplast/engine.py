"""Runs one resolved scenario: phases, read-outs, measures, events."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor

from neuroplast import randomness
from neuroplast.errors import ConfigurationError, LearningError
from neuroplast.evaluation import Evaluation
from neuroplast.events import IntervalReport, RunInfo
from neuroplast.frozen import FrozenAnswers
from neuroplast.gradient import GradientLearning
from neuroplast.interruption import Requests
from neuroplast.network import Network
from neuroplast.parts.readout import Advance
from neuroplast.preparation import Parts, Preparation
from neuroplast.probes import selection
from neuroplast.progress import Progress
from neuroplast.recording.recorder import Recorder
from neuroplast.registry import Registry
from neuroplast.replayed_steps import Batch, Steps, Work
from neuroplast.scenario import Scenario
from neuroplast.spec import STIMULI
from neuroplast.stages import Stage, stages

REPORT_SECONDS = 0.25
"""How often listeners hear of progress."""


@dataclass(frozen=True)
class Place:
    """How far a run is: in which stage, after how many of its steps, and whether its beginning was noted."""

    stage: int = 0
    position: int = 0
    entered: bool = False


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
        eager: bool = False,
    ) -> None:
        self.scenario, self.network, self.parts = scenario, network, parts
        self.requests, self.eager = requests or Requests(), eager
        self.recorder, self.registry, self.info = recorder, known, info
        self.seed = info.seed
        self.results: dict[str, dict[str, float]] = {}
        self.step = 0
        self._place = Place()
        self._committed: int | None = None
        self._backprop: GradientLearning | None = None
        self._backprop_state: Mapping[str, Any] | None = None
        self.stages = stages(scenario, list(network.layers), len(parts.train))
        stretches = [stage.stretch for stage in self.stages]
        self.watch = selection.watch(scenario.record, network.layers, stretches, recorder)
        self.prepare = preparation or Preparation(scenario, parts.train, info.seed, network.device)
        self.evaluation = Evaluation(network, parts, self.prepare, info.seed, self._advance)
        self._frozen = FrozenAnswers(network, parts.train.x, self.prepare)
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
                projection.corrected.fill_(count)
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
        self._backprop = self._prepared_backprop(stage)
        below, seen = self._frozen.below(stage), stage.stretch.seen
        do = self._steps(stage, bool(below))
        batches = stage.batches(
            len(self.parts.train), self.seed, self._place.position, self.parts.train.x.device
        )
        for position, index in batches:
            progress = Progress(position, stage.steps, position // stage.per_epoch, stage.epochs)
            self.watch.attach(stage.groups, self.step + 1, seen)
            do(*self._batch(index, below), progress)
            self.step += 1
            self._record(stage)
            self._report(stage.title, position + 1, stage.steps)
            self._evaluate_between(stage, position + 1)
            self.network.adapt(stage.groups)
            self._place = Place(number, position + 1, entered=True)
            self._commit_if_asked()
        if self._backprop:
            self._backprop.finish()
            self._backprop = None

    def _batch(self, index: Tensor, below: Mapping[str, Tensor]) -> tuple[Batch, Tensor | None]:
        """What is presented, by its source, and its labels: stimuli, or what the layers below answer to them."""
        train, device = self.parts.train, self.network.device
        labels = None if train.y is None else train.y[index].to(device)
        if below:
            return {s: kept[index.to(kept.device)].to(device) for s, kept in below.items()}, labels
        return {STIMULI: self.prepare(train.x[index], "train", self.step)}, labels

    def _steps(self, stage: Stage, from_below: bool) -> Work:
        """What does the steps of a stage; on a GPU it replays those that it can."""
        do = partial(self._present, stage, from_below)
        if self.network.device.type != "cuda" or self.eager or self._backprop:
            return do
        return Steps(
            self.network,
            do,
            lambda why: self.recorder.event(self.step, "eager", f"steps are not replayed: {why}"),
        )

    def _present(
        self,
        stage: Stage,
        from_below: bool,
        batch: Batch,
        labels: Tensor | None,
        progress: Progress,
    ) -> None:
        """Learn from one batch: in one layer from what those below answer to it, or in all, or by backprop."""
        phase = stage.phase
        if from_below:
            name = next(iter(stage.groups))
            self.network.learn_from(name, batch, labels, progress, phase.objective)
        elif self._backprop:
            assert labels is not None
            self._backprop.learn(batch[STIMULI], labels, progress)
        else:
            self.network.learn(batch[STIMULI], labels, progress, phase.update, phase.objective)

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
        due = {at for at in self._times() if stage.is_due(at, done)}
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
                self._keep(readout.name or readout.part.kind, self.evaluation.read_out(readout))
        for measure in self.scenario.measures:
            if times & {*measure.at} and unless not in measure.at:
                self._keep(measure.name or measure.part.kind, self.evaluation.measure(measure))

    def _keep(self, group: str, values: dict[str, float]) -> None:
        self.recorder.metrics(group, self.step, values)
        self.results[group] = values

    def _advance(self, title: str) -> Advance:
        def advance(share: float) -> None:
            self.requests.check()  # nothing is learnt here, so what was committed before is all there is to keep
            self._report(title, share, 1.0)

        return advance

"""What adapts when: the phases of a scenario as stages, and the batches of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from neuroplast.layer import FROZEN, Adapts
from neuroplast.probes.schedule import Stretch
from neuroplast.scenario import PhaseSpec, Scenario
from neuroplast.streams import stream


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

    def batches(
        self, stimuli: int, seed: int, first: int = 0, device: str | torch.device = "cpu"
    ) -> Iterator[tuple[int, Tensor]]:
        """From step `first` on, its number and its batch's indices; all layers of a greedy phase see the same.

        stimuli: how many there are. device: where the indices are wanted.
        """
        phase = self.phase
        for step in range(first, self.steps):
            epoch, place = divmod(step, self.per_epoch)
            if place == 0 or step == first:
                rng = stream(seed, f"{phase.name}.epoch{epoch}.order")
                shuffled = phase.shuffle
                order = (
                    torch.randperm(stimuli, generator=rng) if shuffled else torch.arange(stimuli)
                ).to(device)
            left = (phase.presentations or self.epochs * stimuli) - epoch * stimuli
            yield step, order[place * phase.batch : min((place + 1) * phase.batch, left)]

    def is_due(self, at: str, done: int) -> bool:
        """Whether, after so many steps of it, it is time for what is asked for "epoch <n>" or "every <n> steps".

        Epochs are those of the stage, steps those of the run.
        """
        kind, number, *_ = at.split()
        if kind == "epoch":
            return done == int(number) * self.per_epoch
        return (self.start + done) % int(number) == 0

    def __str__(self) -> str:
        """As a line of the plan."""
        words = []
        for name, adapts in self.groups.items():
            groups = [g for g in ("weights", "neurons", "statistics") if getattr(adapts, g)]
            words.append(f"{name}: {', '.join(groups) if adapts != FROZEN else 'nothing'}")
        return (
            f"{self.title}: {self.steps} steps of {self.phase.batch} stimuli by {self.phase.learning} learning; adapts "
            + "; ".join(words)
        )


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

"""Whether every batch of a phase has enough stimuli for what adapts in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from neuroplast.errors import ConfigurationError, Problem
from neuroplast.network import Network, blank
from neuroplast.scenario import PhaseSpec, Scenario
from neuroplast.shapes import Shape
from neuroplast.stages import Stage

_TRIED = 100
"""How many larger batches are tried for advice."""


def find_lone_stimuli(
    scenario: Scenario, stages: Sequence[Stage], shape: Shape, stimuli: int
) -> list[Problem]:
    """Phases with a batch of one stimulus, often the last, that a normalisation cannot adapt to.

    shape: of one stimulus, before preprocessing. stimuli: how many there are to learn from.
    """
    lone = [stage for stage in stages if 1 in _sizes(stage.phase, stage.phase.batch, stimuli)]
    if not lone:
        return []
    seen = scenario.preprocessed_shape(shape)
    refused = dict(
        _refusals(Network(scenario.layers, seen, sample=blank(seen), signed=scenario.signed))
    )
    found = {
        stage.phase.name: _problem(stage.phase, name, refused[name], stimuli)
        for stage in reversed(lone)
        for name, adapts in reversed(stage.groups.items())
        if adapts.statistics and name in refused
    }
    return [found[name] for name in reversed(found)]  # the first layer of each phase


def _sizes(phase: PhaseSpec, batch: int, stimuli: int) -> set[int]:
    """The sizes of the last batches of a phase's epochs, if it had batches of this size."""
    shown = phase.presentations or (phase.epochs or 1) * stimuli
    epochs = {min(shown, stimuli), shown % stimuli or stimuli}
    return {length % batch or batch for length in epochs}


def _refusals(network: Network) -> Iterator[tuple[str, str]]:
    """What normalisations say to a batch of one stimulus, by the name of the layer; those that take it say nothing."""
    for name, layer in network.layers.items():
        for projection in layer.projections:
            x = torch.zeros(1, *projection.input_shape)
            memory = projection.memory("normalisation")
            try:
                projection.spec.normalisation.normalise(x, memory, adapting=True)
            except ConfigurationError as error:
                yield name, str(error).partition(";")[0]


def _problem(phase: PhaseSpec, layer: str, refusal: str, stimuli: int) -> Problem:
    larger = range(phase.batch + 1, phase.batch + 1 + _TRIED)
    better = next((b for b in larger if 1 not in _sizes(phase, b, stimuli)), None)
    return Problem(
        f"{phase.name}.batch",
        f"{stimuli} stimuli in batches of {phase.batch} leave a batch of 1, and {layer} adapts to it: {refusal}",
        f"set batch = {better}, or normalise by other means"
        if better
        else "change presentations, or normalise by other means",
    )

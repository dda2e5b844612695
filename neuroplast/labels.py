"""Whether there are the labels that a run asks for, known before anything is learnt."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.network import Network
from neuroplast.parts.stimuli import Split
from neuroplast.scenario import Scenario
from neuroplast.stages import Stage


def check_labels(scenario: Scenario, train: Split) -> None:
    """Refuse what needs labels where there are none."""
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
    """Refuse labels that a layer cannot be taught by."""
    for stage in planned:
        if stage.phase.learning == "gradient":
            continue
        for name, adapts in stage.groups.items():
            if adapts.weights or adapts.neurons:
                network.layers[name].check_labels(labels)

"""Whether each presynaptic neuron has one sign: Dale's principle, read off the weights."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl
from neuroplast.shapes import Weights


class DaleViolations(Measure):
    """How many presynaptic neurons excite some of a layer's neurons and inhibit others: columns of w with both signs.

    A column is excitatory where it has positive weights and no negative ones, inhibitory the other way round; one
    without any weight is neither. Where the layers that feed it have signs of their own (`excitatory_inhibitory`),
    synapses with the other sign are counted too: that a weight matrix has one sign only is not enough.

    Source:
        Eccles, Fatt & Koketsu (1954), J. Physiol. 126, 524-562.

    Raises:
        ConfigurationError: where the layer is not there.
    """

    kind: ClassVar[str] = "dale_violations"
    layer: str | None = Field(None, description="into which layer; the last by default")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`mixed`, columns with both signs; `excitatory`, `inhibitory`, shares of columns; `against`, synapses.

        against: synapses whose sign is not that of the neuron that they come from; only where neurons have signs.
        """
        name = self.layer or next(reversed(network.layers), "")
        if name not in network.layers:
            known = ", ".join(network.layers) or "none"
            raise ConfigurationError(
                f"dale_violations: no layer {name!r}; name one of the network's ({known})"
            )
        columns, signs = [], []
        sources = iter(network.sources[name])
        added = network.layers[name].spec.join == "add"
        for projection in network.layers[name].projections:
            names = [name] if projection.spec.recurrent else next(sources)
            nothing = torch.zeros(2, *projection.input_shape, device=network.device)
            channels = projection.prepare(nothing, False).shape[1]
            found = _columns(projection.w, channels)
            columns.append(found)
            summed = added and len(names) > 1  # what is added has no sign of its own
            signs.append(None if summed else _signs(network, names, len(found)))
        return _counted(columns, signs)


def _columns(w: Weights, channels: int) -> Tensor:
    """All weights of each presynaptic neuron or channel, (pre, synapses); in groups each channel has its own."""
    groups = channels // w.shape[1]
    by_group = w.detach().cpu().view(groups, len(w) // groups, *w.shape[1:])
    return by_group.movedim(2, 1).flatten(0, 1).flatten(1)


def _signs(network: Network, names: Sequence[str], count: int) -> Tensor | None:
    """The sign of each presynaptic neuron, None where not all have one."""
    known: list[int] = []
    for name in names:
        layer = network.layers.get(name)
        found = layer.spec.population.signs(layer.response_shape[0]) if layer else None
        if found is None:
            return None
        known += found
    if count % len(known):
        return None
    return torch.tensor(known).repeat_interleave(count // len(known))


def _counted(columns: list[Tensor], signs: list[Tensor | None]) -> dict[str, float]:
    positive = torch.cat([(c > 0).any(1) for c in columns]).double()
    negative = torch.cat([(c < 0).any(1) for c in columns]).double()
    found = {
        "mixed": float((positive * negative).sum()),
        "excitatory": float((positive * (1 - negative)).mean()),
        "inhibitory": float((negative * (1 - positive)).mean()),
    }
    known = [
        (c * s[:, None] < 0).sum() for c, s in zip(columns, signs, strict=True) if s is not None
    ]
    return {**found, "against": float(sum(known))} if known else found


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [DaleViolations]

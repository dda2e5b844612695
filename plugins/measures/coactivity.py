"""How often neurons are active, and how often two of them are together."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class Coactivity(Measure):
    """E[y_i] and E[y_i y_k] over the training stimuli, y = 1 where a response is above `active`, else 0.

    Neurons that are active independently of each other are active together in E[y_i] E[y_k] of the stimuli; Földiák's
    lateral rule leads there for E[y_i] = p, so that E[y_i y_k] = p².

    Source:
        Földiák (1990), Biol. Cybern. 64, 165-170.

    Raises:
        ConfigurationError: where the layer has one neuron, or is not there.
    """

    kind: ClassVar[str] = "coactivity"
    layer: str | None = Field(None, description="whose responses; the last layer's by default")
    active: float = Field(0.0, description="response above which a neuron is active")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`activity`, the mean of E[y_i]; of all pairs, `independent`, that of E[y_i] E[y_k], and `together`."""
        y = (network.features(stimuli, self.layer) > self.active).double()
        if y.shape[1] == 1:
            raise ConfigurationError(
                "coactivity: the layer has one neuron; choose one with several"
            )
        share = y.mean(0)
        others = ~torch.eye(len(share), dtype=torch.bool)
        return {
            "activity": float(share.mean()),
            "independent": float(torch.outer(share, share)[others].mean()),
            "together": float((y.T @ y / len(y))[others].mean()),
        }


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [Coactivity]

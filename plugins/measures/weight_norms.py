"""How long a layer's weight vectors are, and which of them the rule draws to length 1."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl
from neuroplast.functional import norms

_BLOCK = 500
"""Stimuli presented at a time."""


class WeightNorms(Measure):
    """Norms of weight vectors, and the shares of neurons near, above and below 1.

    Under a rule Δw_ij = Σ g_i (x_j - I_i w_ij) with I_i = Σ_j sign(w_ij) |w_ij|^(p-1) x_j the norm goes by

        Σ_j sign(w_ij) |w_ij|^(p-1) Δw_ij = S_i (1 - Σ_j |w_ij|^p),   S_i = Σ g_i I_i over stimuli and positions

    so a neuron with S > 0 is *drawn* to norm 1, and one with S < 0 is pushed away from it. S is taken here of the
    frozen network and all training stimuli, with I = v, the drive after dynamics.

    Numbers: `shortest`, `median`, `longest` norm; `above` and `below`, the shares of all neurons with a norm above 1.1
    and below 0.9; `drawn`, the share with S > 0; and where there are such, `drawn_near`, the share of those with a norm
    within 2 % of 1, and `drawn_farthest`, the largest |norm - 1| among them.

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731, for this rule; Oja (1982), J. Math. Biol. 15, 267-273, where
        p = 2 and g = I.

    Raises:
        ConfigurationError: where there is no such layer, or it sees other layers and not the stimuli.
    """

    kind: ClassVar[str] = "weight_norms"
    layer: str | None = Field(
        None, description="whose weights, a layer on the stimuli; the first by default"
    )
    p: float = Field(2.0, ge=1, description="p, of the norm")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """The norms' extremes and median, and the shares."""
        name = self.layer or next(iter(network.layers), "")
        if name not in network.layers or network.sources[name] != [["stimuli"]]:
            raise ConfigurationError(
                f"weight_norms: no layer {name!r} with one projection, from the stimuli; name one that has"
            )
        layer = network.layers[name]
        length = norms(layer.w.double(), self.p).cpu()
        pull = torch.zeros_like(length)
        with torch.no_grad():
            for x in torch.split(stimuli, _BLOCK):
                (view,), _ = layer.present(x, compete=True)
                pull += view.total(view.g * view.v).double().cpu()
        return {
            "shortest": float(length.min()),
            "median": float(length.median()),
            "longest": float(length.max()),
            "above": share(length > 1.1),
            "below": share(length < 0.9),
            "drawn": share(pull > 0),
            **_of_drawn((length - 1).abs()[pull > 0]),
        }


def _of_drawn(distance: Tensor) -> dict[str, float]:
    """What is told of the neurons that are drawn to 1, where there are such."""
    if not len(distance):
        return {}
    return {"drawn_near": share(distance <= 0.02), "drawn_farthest": float(distance.max())}


def share(true: Tensor) -> float:
    """The share of true entries."""
    return float(true.double().mean())


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [WeightNorms]

"""How well a layer's weight vectors stand for its stimuli."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl

_BLOCK = 500
"""Stimuli compared at a time."""


class QuantisationError(Measure):
    """How far the training stimuli are from the weight vectors, as prototypes.

        error = <min_i |x - w_i|²> / <|x - <x>|²>

    which is 0 where every stimulus has a prototype, and 1 where all have one at the mean of the stimuli.

    Numbers, of the frozen layer: `error`; `winner_error`, the same with the neuron that has the largest v (lowest index
    of equals) in place of the nearest one; `angle_error`, <1 - max_i cos(x, w_i)>, stimuli and weights of length 0
    left out, NaN where no others are; and `silent`, the share of neurons that have the largest v for no stimulus.

    Source:
        MacQueen (1967), Proc. 5th Berkeley Symp. Math. Stat. Prob. 1, 281-297; by angles Dhillon & Modha (2001),
        Machine Learning 42, 143-175.

    Raises:
        ConfigurationError: where there is no such layer, it is not a dense layer on the stimuli, or all are alike.
    """

    kind: ClassVar[str] = "quantisation_error"
    layer: str | None = Field(
        None, description="whose weights, a dense layer on the stimuli; the first by default"
    )

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """The four numbers."""
        name = self.layer or next(iter(network.layers), "")
        if name not in network.layers or network.sources[name] != [["stimuli"]]:
            raise ConfigurationError(
                f"quantisation_error: no layer {name!r} with one projection, from the stimuli; name one that has"
            )
        layer = network.layers[name]
        w = layer.w.flatten(1).double()
        if w.shape[1] != stimuli[0].numel():
            raise ConfigurationError(
                f"quantisation_error: {name} has weights {tuple(layer.w.shape)}, the stimuli have "
                f"{stimuli[0].numel()} values; name a dense layer"
            )
        nearest, winners, angles, won = [], [], [], []
        with torch.no_grad():
            for block in torch.split(stimuli, _BLOCK):
                x = block.flatten(1).double()
                squared = torch.cdist(x, w).square()
                winner = layer.present(block, compete=False)[1].flatten(1).argmax(1)
                nearest.append(squared.amin(1))
                winners.append(squared.gather(1, winner[:, None])[:, 0])
                angles.append(1 - _best_cosine(x, w))
                won.append(winner)
        x = stimuli.flatten(1).double()
        spread = (x - x.mean(0)).square().sum(1).mean()
        if not spread:
            raise ConfigurationError(
                "quantisation_error: all training stimuli are alike, so that there is nothing to divide errors by; "
                "give it several"
            )
        return {
            "error": float(torch.cat(nearest).mean() / spread),
            "winner_error": float(torch.cat(winners).mean() / spread),
            "angle_error": float(torch.cat(angles).mean()),
            "silent": float(
                (torch.bincount(torch.cat(won), minlength=len(w)) == 0).double().mean()
            ),
        }


def _best_cosine(x: Tensor, w: Tensor) -> Tensor:
    """Of each stimulus with a direction, the largest cosine with weights that have one; none where none has."""
    x, w = x[x.norm(dim=1) > 0], w[w.norm(dim=1) > 0]
    if not len(w):
        return x.new_empty(0)
    cosines: Tensor = (x / x.norm(dim=1, keepdim=True)) @ (w / w.norm(dim=1, keepdim=True)).T
    return cosines.amax(1)


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [QuantisationError]

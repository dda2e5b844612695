"""How near a layer's weights are to the mean of its stimuli."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl
from neuroplast.functional import norms


class MeanAlignment(Measure):
    """|cos(w_i, <x>)| of one neuron, <x> the mean of the training stimuli.

    Hebbian rules see second moments about zero, <x xᵀ> = C + <x> <x>ᵀ. Where the mean is long, it is nearly the first
    eigenvector of these, and a rule that is meant to find a component of the covariance C finds the mean. NaN for
    weights of length 0.

    Source:
        Oja (1982), J. Math. Biol. 15, 267-273, who takes the inputs' mean to be zero.

    Raises:
        ConfigurationError: where there is no such layer or neuron, it does not see the stimuli, or these have no mean.
    """

    kind: ClassVar[str] = "mean_alignment"
    layer: str | None = Field(
        None, description="whose weights, a dense layer on the stimuli; the first by default"
    )
    neuron: int = Field(0, ge=0, description="which of its neurons")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`cosine`."""
        mean = stimuli.flatten(1).cpu().double().mean(0)
        name = self.layer or next(iter(network.layers), "")
        if name not in network.layers:
            known = ", ".join(network.layers) or "none"
            raise ConfigurationError(
                f"mean_alignment: no layer {name!r}; name one of the network's ({known})"
            )
        w = network.layers[name].w.detach().cpu().double()
        if w.shape[1:] != mean.shape or self.neuron >= len(w):
            raise ConfigurationError(
                f"mean_alignment: {name} has weights {tuple(w.shape)}, the stimuli have {len(mean)} values; "
                "name a dense layer that sees the stimuli, and one of its neurons"
            )
        if not mean.any():
            raise ConfigurationError(
                "mean_alignment: the stimuli's mean is zero, and has no direction"
            )
        cosine = (w[self.neuron] @ mean) / (norms(w)[self.neuron] * mean.norm())
        return {"cosine": float(cosine.abs())}


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [MeanAlignment]

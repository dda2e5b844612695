"""How near a layer's weights are to the first principal component of its stimuli."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl
from neuroplast.functional import norms


class PrincipalComponent(Measure):
    """|cos(w_i, e_1)| and |w_i| of one neuron, e_1 the first eigenvector of the training stimuli's second moments.

    Second moments Σ x xᵀ / n are taken about zero, as Oja's rule takes them, or about the stimuli's mean; where this is
    long the two have other eigenvectors, and the rule finds that of the first. Weights of length 0 have no direction:
    their cosine is NaN.

    Source:
        Oja (1982), J. Math. Biol. 15, 267-273.
    """

    kind: ClassVar[str] = "principal_component"
    layer: str | None = Field(
        None, description="whose weights, a dense layer on the stimuli; the first by default"
    )
    neuron: int = Field(0, ge=0, description="which of its neurons")
    about: Literal["zero", "mean"] = Field(
        "zero", description="what second moments are taken about"
    )

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`cosine` and `length`."""
        x = stimuli.flatten(1).cpu().double()
        name = self.layer or next(iter(network.layers), "")
        if name not in network.layers:
            known = ", ".join(network.layers) or "none"
            raise ConfigurationError(
                f"principal_component: no layer {name!r}; name one of the network's ({known})"
            )
        w = network.layers[name].w.detach().cpu().double()
        if w.shape[1:] != x.shape[1:] or self.neuron >= len(w):
            raise ConfigurationError(
                f"principal_component: {name} has weights {tuple(w.shape)}, the stimuli have {x.shape[1]} values; "
                "name a dense layer that sees the stimuli, and one of its neurons"
            )
        if self.about == "mean":
            x = x - x.mean(0)
        first = torch.linalg.eigh(x.T @ x / len(x)).eigenvectors[:, -1]
        length = norms(w)[self.neuron]
        return {"cosine": float((w[self.neuron] @ first / length).abs()), "length": float(length)}


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [PrincipalComponent]

"""How many of a layer's neurons have come to unit length."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl
from neuroplast.functional import norms


class UnitNormShare(Measure):
    """The share of neurons with | |w_i| - 1 | < tolerance, which SoftHebb's authors call R1 features.

    Rules with an Oja-like decay, as `softhebb` and `oja`, leave a weight vector where its length is 1, so the share
    tells how many neurons have settled. It says nothing of what they settled on.

    Source:
        Journé et al. (2023), arXiv 2209.11883; tolerances as coded: 0.01 for convolutions, 0.005 for dense layers
        (discrepancy S20).

    Raises:
        ConfigurationError: where the layer is not there, or has several projections.
    """

    kind: ClassVar[str] = "unit_norm_share"
    layer: str | None = Field(None, description="whose weights; the first layer's by default")
    tolerance: float = Field(0.01, gt=0, description="largest distance of a length from 1")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`share`, from 0 to 1; `shortest`, `median` and `longest`, lengths."""
        name = self.layer or next(iter(network.layers), "")
        if name not in network.layers:
            known = ", ".join(network.layers) or "none"
            raise ConfigurationError(
                f"unit_norm_share: no layer {name!r}; name one of the network's ({known})"
            )
        lengths = norms(network.layers[name].w.detach().double())
        near = (lengths - 1).abs() < self.tolerance
        low, high = torch.aminmax(lengths)
        return {
            "shortest": float(low),
            "median": float(lengths.median()),
            "longest": float(high),
            "share": float(near.double().mean()),
        }


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [UnitNormShare]

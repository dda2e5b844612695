"""SoftHebb layers: Journé et al. (2023), arXiv 2209.11883, with the authors' code (facts.md 2.1 and 2.2).

Batch norm before every convolution; weights N(0, 25² / N); signed softmax; change over its largest entry (S2); rate by
distance from unit norm with q = 0.5 in all CIFAR networks; Triangle. Temperature, rate and power differ by layer: 1 is
1/τ of layer 1, 0.01 and 1 are η and the power of the last layers of the 3- and 4-layer networks.
"""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, RecipeClaims


class SoftHebbClaims(RecipeClaims):
    """Everything of a layer but synapse and pool."""

    of = "softhebb"

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """As published."""
        return {
            "normalisation": {"kind": "batch_norm"},
            "initialisation": {"kind": "normal", "radius": 25.0},
            "competition": {"kind": "soft_wta", "inverse_temperature": 1.0, "anti_hebbian": True},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": {"kind": "weight_norm", "eta": 0.01, "power": 0.5},
            "population": {"kind": "triangle", "power": 1.0},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftHebbClaims]

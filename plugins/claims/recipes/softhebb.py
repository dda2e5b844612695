"""SoftHebb layers: Journé et al. (2023), arXiv 2209.11883, with the authors' code (facts.md 2.1 and 2.2).

Batch norm before every convolution; weights N(0, 25² / N); signed softmax; change over its largest entry (S2); rate by
distance from unit norm with q = 0.5 in all CIFAR networks; Triangle. Temperature, rate and power differ by layer: 1 is
1/τ of layer 1, 0.01 and 1 are η and the power of the last layers of the 3- and 4-layer networks.
"""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class SoftHebbClaims(RecipeClaims):
    """Everything of a layer but synapse and pool."""

    of = "softhebb"
    examples = (
        Example(
            given={"w": [[1.2, 1.6], [3.0, -4.0]], "x": [[0.0, 0.0], [0.0, 3.0], [3.0, 3.0]]},
            expected={
                "w": [[1.1977200, 1.5975597], [2.9812919, -3.98]],
                "y": [[0.0, 3.3233936], [2.6162885, 0.0], [0.7071050, 0.0]],
            },
            note="x normed, u = w x, s = softmax(u), dw over its largest entry, η_i = 0.01 √| |w_i| - 1 |. "
            "Both inputs have variance 2, and means 1 and 2: x = r (-1, -2), r (-1, 1), r (2, 1) with r = 1/√2.00001; "
            "u = r (-4.4, 5), r (0.4, -7), r (4, 2). "
            "Losers have s = 1/(1 + e^9.4r) = 0.0012965, 1/(1 + e^7.4r) = 0.0053114, 1/(1 + e^2r) = 0.1955709, and "
            "g = -s; winners 2, 1, 1 have g = 1 - s. dw = Σ g (x - u w): dw_1 = (-2.6375652, -2.8230204), dw_2 = "
            "(-10.8209696, 11.5681903), all over 11.5681903; |w_1| = 2 and |w_2| = 5: eta 0.01 and 0.02. "
            "y: u above its mean, 4.7 r, 3.7 r, 1 r",
        ),
        Example(
            given={"w": [[0.0, 0.19], [-0.6, -0.8]], "x": [[0.0, 0.0], [0.0, 3.0], [3.0, 3.0]]},
            expected={
                "w": [[0.006815806, 0.199], [-0.6, -0.8]],
                "y": [[0.0, 0.9121655], [0.1378855, 0.0], [0.7742800, 0.0]],
            },
            note="shorter than 1, and of length 1, with the same x: u = r (-0.38, 2.2), r (0.19, -0.2), r (0.19, -2); "
            "losers have s = 0.1389150, 0.4314909, 0.1752943. dw_1 = (0.8625389, 1.1389482), the last the largest; "
            "w_1 + 0.01 √0.81 (0.7573117, 1), w_2 stays",
        ),
    )

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

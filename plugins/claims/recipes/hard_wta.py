"""The hard variant of SoftHebb, g = one-hot at the arg-max of u, steps 4-7 the same (facts.md 2.1).

The rest is SoftHebb's, so that nothing but g differs ("match everything but g", S10); the published comparator differs.
"""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class HardWtaClaims(RecipeClaims):
    """Everything of a layer but synapse and pool."""

    of = "hard_wta"
    examples = (
        Example(
            given={"w": [[1.2, 1.6], [3.0, -4.0]], "x": [[0.0, 0.0], [0.0, 3.0], [3.0, 3.0]]},
            expected={
                "w": [[1.1976222, 1.5972], [2.9822222, -3.98]],
                "y": [[0.0, 3.3233936], [2.6162885, 0.0], [0.7071050, 0.0]],
            },
            note="x normed, u = w x, g = onehot(u), dw = Σ g (x - u w) over its largest, η_i = 0.01 √| |w_i| - 1 |. "
            "Both inputs have variance 2, and means 1 and 2: x = r (-1, -2), r (-1, 1), r (2, 1) with r = 1/√2.00001; "
            "u = r (-4.4, 5), r (0.4, -7), r (4, 2); "
            "winners 2, 1, 1. dw_1 = r [(-1, 1) + (2, 1) - 4.4 w_1] = r (-4.28, -5.04), "
            "dw_2 = r [(-1, -2) - 5 w_2] = r (-16, 18), all over 18 r; |w_1| = 2 and |w_2| = 5: eta 0.01 and 0.02. "
            "w_1 - 0.01 (0.2377778, 0.28), w_2 + 0.02 (-0.8888889, 1). y: u above its mean, r 4.7, r 3.7, r 1",
        ),
        Example(
            given={"w": [[0.0, 0.19], [-0.6, -0.8]], "x": [[0.0, 0.0], [0.0, 3.0], [3.0, 3.0]]},
            expected={
                "w": [[0.004668534, 0.199], [-0.6, -0.8]],
                "y": [[0.0, 0.9121655], [0.1378855, 0.0], [0.7742800, 0.0]],
            },
            note="shorter than 1, and of length 1, with the same x: u = r (-0.38, 2.2), r (0.19, -0.2), r (0.19, -2); "
            "dw_1 = r [(1, 2) - 0.38 w_1] = r (1, 1.9278), the largest; w_1 + 0.01 √0.81 (0.5187260, 1), w_2 stays",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Binary winners, no anti-Hebbian losers, and an Oja-like decay."""
        return {
            "normalisation": {"kind": "batch_norm"},
            "initialisation": {"kind": "normal", "radius": 25.0},
            "competition": {"kind": "hard_wta", "activity": "binary"},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": {"kind": "weight_norm", "eta": 0.01, "power": 0.5},
            "population": {"kind": "triangle", "power": 1.0},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [HardWtaClaims]

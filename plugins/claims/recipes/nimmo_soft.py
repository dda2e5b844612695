"""Soft mode of Nimmo (2024), linear forward: SoftHebb's rule and rate, 0.08 in layer 1 (facts.md 3.3 and 3.5)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, W, X, mode


class NimmoSoftClaims(RecipeClaims):
    """+s at the arg-max, -s elsewhere, decay S(g y), rate 0.08 √| |w| - 1 |."""

    of = "nimmo_soft"
    examples = (
        Example(
            given={"w": W, "x": X},
            expected={
                "w": [[2.87809524, 3.84], [2.93862324, -3.93095115]],
                "y": [[0.0, 5.65685425], [2.82842712, 0.0], [2.82842712, 0.0]],
            },
            note="y = (-11, 5), (1, -7), (10, 2), over √2; losers have s = 1.2204318e-5, 0.0034813, 0.0034813; "
            "dw_1 = (-22.5489197, -29.5954571), dw_2 = (-11.3529571, 12.7720768); 0.08 √4 = 0.16 for both",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[0.05354791, 0.55656854], [-0.59999962, -0.80000029]],
                "y": [[0.0, 1.13137085], [0.24748737, 0.0], [0.88388348, 0.0]],
            },
            note="losers have s = 0.0942560, 0.3787223, 0.1458202; dw_1 = (0.8353320, 0.8824531); "
            "0.08 √0.5 = 0.0565685, and 0.08 √1e-10 for the second, of length 1",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Of layer 1."""
        return mode(
            similarity={"kind": "dot"},
            competition={"kind": "soft_wta", "inverse_temperature": 1.0, "anti_hebbian": True},
            rule={"kind": "softhebb"},
            rate={"kind": "weight_norm", "eta": 0.08, "power": 0.5},
        )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoSoftClaims]

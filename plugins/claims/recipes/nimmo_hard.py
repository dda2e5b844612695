"""Hard mode of Nimmo (2024): r = y m, dw = corr(x, r) - S(r) w over its largest, w += 0.1 dw (facts.md 3.3)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, W, X, mode


class NimmoHardClaims(RecipeClaims):
    """The winner has its response, and the decay does not (N29)."""

    of = "nimmo_hard"
    examples = (
        Example(
            given={"w": W, "x": X},
            expected={
                "w": [[2.94304692, 3.9], [2.95139553, -3.96609734]],
                "y": [[0.0, 0.71554175], [0.56568542, 0.0], [0.35777088, 0.0]],
            },
            note="r = 0.4472136 for 2, 0.1414214 and 0.8944272 for 1. "
            "dw_1 = 0.1414214 (x_2 - w_1) + 0.8944272 (x_3 - w_1) = (-1.9426346, -3.4109386), "
            "dw_2 = 0.4472136 (x_1 - w_2) = (-1.6578685, 1.1563988), over 3.4109386, times 0.1. "
            "y: cosines above their mean",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[0.02191861, 0.53956067], [-0.61743804, -0.9]],
                "y": [[0.0, 0.93914855], [0.42426407, 0.0], [0.67082039, 0.0]],
            },
            note="r = 0.9838699 for 2, 0.7071068 and 0.4472136 for 1; dw_1 = (0.1324555, 0.2390676), "
            "dw_2 = (-0.1053791, -0.6043062)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Response times winner, decay S(r)."""
        return mode(competition={"kind": "hard_wta", "activity": "drive"}, rule={"kind": "instar"})


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoHardClaims]

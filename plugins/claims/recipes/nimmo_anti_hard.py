"""Anti-hard mode of Nimmo (2024), unused: +y at the winner, -y elsewhere, decay S(g y) (facts.md 3.3)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, W, X, mode


class NimmoAntiHardClaims(RecipeClaims):
    """Losers have minus their response."""

    of = "nimmo_anti_hard"
    examples = (
        Example(
            given={"w": W, "x": X},
            expected={
                "w": [[3.0276149, 3.99797558], [3.035283, -4.1]],
                "y": [[0.0, 0.71554175], [0.56568542, 0.0], [0.35777088, 0.0]],
            },
            note="g = (0.9838699, 0.4472136), (0.1414214, 0.9899495), (0.8944272, -0.1788854); Σ g y = -0.148, -0.812. "
            "dw_1 = (0.9132100, -0.0669466), dw_2 = (1.1667900, -3.3069466)",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[-0.08960413, 0.42855266], [-0.5, -0.89687043]],
                "y": [[0.0, 0.93914855], [0.42426407, 0.0], [0.67082039, 0.0]],
            },
            note="Σ g y = -0.8 + 0.5 + 0.2 = -0.1 and 0.968 - 0.02 - 0.8 = 0.148; "
            "dw_1 = (-0.5, -0.3986834), dw_2 = (0.5580100, -0.5405466)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """As coded."""
        return mode(
            competition={"kind": "hard_wta", "activity": "drive", "anti_hebbian": True},
            rule={"kind": "softhebb"},
        )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoAntiHardClaims]

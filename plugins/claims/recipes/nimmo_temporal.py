"""Temporal mode of Nimmo (2024): y above T, squared at the winner; dw = corr(x, r) - S(r) w (facts.md 3.3, N9)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, W, X, mode


class NimmoTemporalClaims(RecipeClaims):
    """T is the mean over channels of each channel's median over the last samples, this batch included."""

    of = "nimmo_temporal"
    examples = (
        Example(
            given={"w": W, "x": X},
            expected={
                "w": [[2.95184215, 3.9], [2.97185525, -3.98036843]],
                "y": [[0.0, 0.71554175], [0.56568542, 0.0], [0.35777088, 0.0]],
            },
            note="medians 0.1414214 and 0.1788854, T = 0.1601534: nobody wins the second stimulus, r = 0.2 "
            "for 2, then 0.8 for 1; dw_1 = (-1.2686291, -2.6343146), dw_2 = (-0.7414214, 0.5171573)",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[-0.01189297, 0.52438359], [-0.61743804, -0.9]],
                "y": [[0.0, 0.93914855], [0.42426407, 0.0], [0.67082039, 0.0]],
            },
            note="medians 0.4472136 and -0.1414214, T = 0.1528961; r = 0.968, 0.5, 0.2; "
            "dw_1 = (-0.0707107, 0.1449747), dw_2 = (-0.1036794, -0.5945587)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """With the window of 500 samples, which is its default."""
        return mode(competition={"kind": "temporal_squared"}, rule={"kind": "instar"})


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoTemporalClaims]

"""BCM mode of Nimmo (2024): theta <- (theta + mean r²) / 2, dw = corr(x, r (r - theta)) (facts.md 3.3, N14)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, W, X, mode


class NimmoBcmClaims(RecipeClaims):
    """Winners alone, and no decay."""

    of = "nimmo_bcm"
    examples = (
        Example(
            given={"w": W, "x": X},
            expected={
                "w": [[3.1, 4.03022018], [3.00725126, -3.98549748]],
                "y": [[0.0, 0.71554175], [0.56568542, 0.0], [0.35777088, 0.0]],
            },
            note="theta_1 = 0.5 + (0.02 + 0.8) / 6 = 0.6366667, theta_2 = 0.5 + 0.2 / 6 = 0.5333333; r (r - theta): "
            "0.4472136 · -0.0861197, 0.1414214 · -0.4952453, 0.8944272 · 0.2577605; "
            "dw_1 = (0.3755687, 0.1134975), dw_2 = (0.0272335, 0.0544669)",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[-0.033957, 0.49813589], [-0.65, -0.9]],
                "y": [[0.0, 0.93914855], [0.42426407, 0.0], [0.67082039, 0.0]],
            },
            note="theta_1 = 0.5 + (0.5 + 0.2) / 6, theta_2 = 0.5 + 0.968 / 6; "
            "dw_1 = (-0.1523916, -0.0083657), dw_2 = (-0.2243890, -0.4487781)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """The threshold of each batch, half retained, which is its default."""
        return mode(
            competition={"kind": "hard_wta", "activity": "drive"},
            rule={"kind": "bcm_batch_threshold"},
        )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoBcmClaims]

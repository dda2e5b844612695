"""Basic mode of Nimmo (2024), linear forward: dw = corr(x, y) - S(y) w (facts.md 3.3 and 3.7)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, W, X, mode


class NimmoBasicClaims(RecipeClaims):
    """All learn with their response; on a batch that is normed S(y) is 0, so that nothing holds the weights."""

    of = "nimmo_basic"
    examples = (
        Example(
            given={"w": W, "x": X},
            expected={
                "w": [[3.09090909, 4.1], [3.01818182, -4.04545455]],
                "y": [[0.0, 5.65685425], [2.82842712, 0.0], [2.82842712, 0.0]],
            },
            note="y = (-11, 5), (1, -7), (10, 2), over √2; S(y) = 0; dw_1 = (15, 16.5), dw_2 = (3, -7.5)",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[0.02272727, 0.54545455], [-0.69090909, -0.9]],
                "y": [[0.0, 1.13137085], [0.24748737, 0.0], [0.88388348, 0.0]],
            },
            note="y = (-1, 2.2), (0.5, -0.2), (0.5, -2), over √2; dw_1 = (0.75, 1.5), dw_2 = (-3, -3.3)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """No competition."""
        return mode(
            similarity={"kind": "dot"}, competition={"kind": "none"}, rule={"kind": "instar"}
        )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoBasicClaims]

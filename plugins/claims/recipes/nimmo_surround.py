"""Hard mode of Nimmo (2024) with the surround, whose map is competed on, learned from and answered (facts.md 3.2)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import mode


class NimmoSurroundClaims(RecipeClaims):
    """v = D * cos, D(0) = 1, D(1) = 0.5178168, D(2) = -0.0582971 along an axis."""

    of = "nimmo_surround"
    examples = (
        Example(
            given={"w": [[2.0], [-1.0]], "x": [[[[0.0, 0.0, 3e3]]]]},
            expected={
                "w": [[1.9580391], [-0.9]],
                "y": [[[[0.0, 0.0, 0.54048031]], [[1.57611387, 1.0, 0.0]]]],
            },
            note="one channel: x = (-1, -1, 2) / √2, cosines (-1, -1, 1) and (1, 1, -1). "
            "v_1 = (-1 - D(1) + D(2), -1 - D(1) + D(1), 1 - D(1) - D(2)) = (-1.5761139, -1, 0.5404803), v_2 = -v_1; "
            "winners 2, 2, 1. dw_1 = 0.5404803 (1.4142136 - 2) = -0.3166060, "
            "dw_2 = 2.5761139 (-0.7071068 + 1) = 0.7545263",
        ),
        Example(
            given={"w": [[0.5], [-3.0]], "x": [[[[3e3, 0.0, 0.0, 3e3]]]]},
            expected={
                "w": [[0.51276769], [-2.9]],
                "y": [[[[0.54048031, 0.0, 0.0, 0.54048031]], [[0.0, 1.05829709, 1.05829709, 0.0]]]],
            },
            note="x = (1, -1, -1, 1), v_1 = (1 - D(1) - D(2), D(1) - 1 - D(1) + D(2), and back), v_2 = -v_1; "
            "dw_1 = 1.0809606 (1 - 0.5) = 0.5404803, dw_2 = 2.1165942 (-1 + 3) = 4.2331884",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """5 x 5, 1.2 and 1.4, which are its defaults."""
        return mode(
            competition={"kind": "hard_wta", "activity": "drive"},
            rule={"kind": "instar"},
            dynamics=[{"kind": "surround_positive_sum"}],
        )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoSurroundClaims]

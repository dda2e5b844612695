"""Statistical mode of Nimmo (2024): z = q above mean + 2 s.d. over channels, squared (facts.md 3.3, N8-N10)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import mode


class NimmoStatisticalClaims(RecipeClaims):
    """q = conv of the input that is padded twice, over |w|; dw = corr(x, r) - S(r) w."""

    of = "nimmo_statistical"
    examples = (
        Example(
            given={"w": [[3.0, 3.0], *[[1.0, -1.0]] * 7], "x": [[0.0, 0.0], [3e3, 4e3]]},
            expected={
                "w": [[2.9, 2.9], *[[1.0, -1.0]] * 7],
                "y": [[0.0, *[0.125] * 7], [0.875, *[0.0] * 7]],
            },
            note="x = (-1, -1) and (1, 1); q_1 = -√2 and √2, all others 0. Mean and s.d. of the second √2 / 8 and "
            "√2 / √8 = 0.5: above 1.177 is q_1 alone, r = 2; of the first nobody is above 0.823. "
            "dw_1 = 2 (1 - 3) = -4 in both, the largest. y: cosines -1 and 1, the others 0, above their mean",
        ),
        Example(
            given={
                "w": [[6.0, 8.0], *[[-4.0, 3.0]] * 6],
                "x": [[0.0, 0.0], [3e3, 0.0], [0.0, 4e3], [3e3, 4e3]],
            },
            expected={
                "w": [[5.92857143, 7.9], *[[-4.0, 3.0]] * 6],
                "y": [
                    [0.0, *[0.16162441] * 6],
                    [0.72730983, *[0.0] * 6],
                    [0.0, *[0.12121831] * 6],
                    [0.96974644, *[0.0] * 6],
                ],
            },
            note="x = (-1, -1), (1, -1), (-1, 1), (1, 1); q = (-1.4, 0.2), (-0.2, -1.4), (0.2, 1.4), (1.4, -0.2), the "
            "second six times; mean + 2 s.d. 1.1809, -0.3215, 2.1357, 1.2381: in the second -0.2 stands out, but the "
            "largest z is the 0 of the others; in the fourth r = 1.96. dw_1 = 1.96 ((1, 1) - (6, 8)) = (-9.8, -13.72)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """The rule does its own competing, by two standard deviations and the geometry's padding, its defaults."""
        return mode(competition={"kind": "none"}, rule={"kind": "statistical_double_padded"})


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoStatisticalClaims]

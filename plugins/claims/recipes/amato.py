"""Layers of Amato, Carrara, Falchi, Gennaro & Lagani (2019), ICIAP, with the released code (facts.md 4b, N26)."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class AmatoClaims(RecipeClaims):
    """The winner by cosine goes a tenth of the way to the mean of what it won; y = max(cos, 0)."""

    of = "amato"
    examples = (
        Example(
            given={
                "w": [[3.0, 4.0], [0.0, 2.0]],
                "x": [[1.0, 0.0], [2.0, 2.0], [0.0, 5.0], [0.0, 1.0]],
            },
            expected={
                "w": [[2.85, 3.7], [0.0, 2.1]],
                "y": [[0.6, 0.0], [0.98994949, 0.70710678], [0.8, 1.0], [0.8, 1.0]],
            },
            note="winners 1, 1, 2, 2: w_1 + 0.1 ((1.5, 1) - (3, 4)), w_2 + 0.1 ((0, 3) - (0, 2))",
        ),
        Example(
            given={"w": [[3.0, 4.0], [4.0, -3.0]], "x": [[-1.0, 0.0], [0.0, -3.0]]},
            expected={"w": [[2.6, 3.6], [3.6, -3.0]], "y": [[0.0, 0.0], [0.0, 0.6]]},
            note="cosines (-0.6, -0.8), (-0.8, 0.6): the larger wins below 0 too, by ((cos + 1) / 2)², and answers 0",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Weights U(-1/√N, 1/√N), of variance 1/3N: the radius is 1/√3."""
        return {
            "initialisation": {"kind": "uniform", "radius": 1 / sqrt(3)},
            "similarity": {"kind": "cosine"},
            "competition": {"kind": "hard_wta", "activity": "binary"},
            "rule": {"kind": "instar"},
            "scaling": {"kind": "mean_over_wins"},
            "rate": {"kind": "constant", "eta": 0.1},
            "population": {"kind": "relu"},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [AmatoClaims]

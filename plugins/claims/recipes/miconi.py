"""Layers of Miconi (2021), arXiv 2107.01729, and the author's notebooks (facts.md 1.2 to 1.5)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class MiconiClaims(RecipeClaims):
    """z-score, one winner above 0 with adaptive thresholds, instar summed over all, unit norm."""

    of = "miconi"
    cases = ({}, {"triangle": True, "kept": 0.9}, {"kept": 0.5})
    examples = (
        Example(
            given={
                "w": [[0.6, 0.0, 0.8], [0.0, -0.8, 0.6]],
                "x": [*[[0.0, 0.0, 3.0]] * 40, *[[3.0, 0.0, 0.0]] * 60, *[[0.0, 3.0, 0.0]] * 30],
            },
            expected={
                "w": [
                    [0.60610365, -0.00348004, 0.79537806],
                    [-0.00230796, -0.79861096, 0.60184317],
                ],
                "y": [*[[0.0, 1.0]] * 40, *[[1.0, 0.0]] * 60, *[[0.0, 0.0]] * 30],
            },
            note="s.d. √3 with n - 1: x = (-1, -1, 2), (2, -1, -1), (-1, 2, -1), over √3; u = (1, 2), (0.4, 0.2), "
            "(-1.4, -2.2), over √3: 40 wins of 2, 60 of 1, and 30 times nobody is above 0 (M8). "
            "dw_1 = 60 ((2, -1, -1) / √3 - w_1) = (33.2820323, -34.6410162, -82.6410162), "
            "dw_2 = 40 ((-1, -1, 2) / √3 - w_2) = (-23.0940108, 8.9059892, 22.1880215); w + 1e-4 dw, of length 1",
        ),
        Example(
            given={
                "w": [[0.0, 0.0, 2.0], [3.0, 0.0, -4.0]],
                "x": [*[[0.0, 0.0, 3.0]] * 40, *[[3.0, 0.0, 0.0]] * 60, *[[0.0, 3.0, 0.0]] * 30],
            },
            expected={
                "w": [[-0.00115665, -0.00115665, 0.99999866], [0.60016753, 0.0, -0.79987433]],
                "y": [
                    *[[4.33012702, 0.0]] * 40,
                    *[[0.0, 3.46410162]] * 60,
                    *[[0.0, 0.8660254]] * 30,
                ],
            },
            parameters={"triangle": True},
            note="u = (4, -11), (-2, 10), (-2, 1), over √3; y is u above its mean: 7.5, 6 and 1.5, over √3. "
            "dw_1 = 40 ((-1, -1, 2) / √3 - w_1) = (-23.0940108, -23.0940108, -33.8119785), "
            "dw_2 = 60 (2, -1, -1) / √3 + 30 (-1, 2, -1) / √3 - 90 w_2 = (-218.0384758, 0, 308.0384758)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Masks come before the norm, as after every update of the source."""
        mask = [] if recipe.kept is None else [{"kind": "mask", "kept": recipe.kept}]
        triangle = {"kind": "triangle", "power": 1.0}
        return {
            "normalisation": {"kind": "z_score"},
            "initialisation": {"kind": "normal", "radius": 1.0},
            "dynamics": [{"kind": "adaptive_threshold", "rate": 3.0, "winners": 1}],
            "competition": {"kind": "k_wta_all_ties", "k": 1, "activity": "binary"},
            "rule": {"kind": "instar"},
            "scaling": {"kind": "sum"},
            "rate": {"kind": "constant", "eta": 1e-4},
            "constraints": [*mask, {"kind": "unit_norm"}],
            "population": triangle if recipe.triangle else {"kind": "winners"},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MiconiClaims]

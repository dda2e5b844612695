"""HPCA of Lagani, Falchi, Gennaro & Amato, with their demonstration code: Sanger's rule by the mean (facts.md 4b)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class HpcaClaims(RecipeClaims):
    """dw_o = mean of y_o (x - Σ_(q <= o) y_q w_q); Nesterov 0.9 and weight decay 5e-4 at rate 1e-3."""

    of = "hpca"
    examples = (
        Example(
            given={"w": [[1.0, 0.0], [0.6, 0.8]], "x": [[2.0, 1.0], [0.0, -1.0]]},
            expected={
                "w": [[0.99999905, 0.0019], [0.59735463, 0.79913284]],
                "y": [[2.0, 2.0], [0.0, -0.8]],
            },
            note="dw_1 = 2 ((2, 1) - 2 (1, 0)) / 2 = (0, 1); dw_2 = [2 ((2, 1) - 2 (1, 0) - 2 (0.6, 0.8)) "
            "- 0.8 ((0, -1) + 0.8 (0.6, 0.8))] / 2 = (-1.392, -0.456); w + 1.9e-3 (dw - 5e-4 w)",
        ),
        Example(
            given={"w": [[0.0, 0.5], [1.0, -1.0]], "x": [[1.0, 3.0], [-2.0, 2.0]]},
            expected={
                "w": [[-0.000475, 0.50463077], [0.98669905, -0.99097405]],
                "y": [[1.5, -2.0], [1.0, -4.0]],
            },
            note="dw_1 = [1.5 (1, 2.25) + (-2, 1.5)] / 2 = (-0.25, 2.4375), dw_2 = [-2 (3, 0.25) - 4 (2, -2.5)] / 2 = "
            "(-7, 4.75)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Raw weights; the rate is halved every 2 epochs from epoch 30."""
        return {
            "initialisation": {"kind": "xavier", "distribution": "normal"},
            "competition": {"kind": "none"},
            "rule": {"kind": "sanger"},
            "scaling": {"kind": "mean"},
            "rate": {"kind": "halving", "eta": 1e-3, "every": 2, "start": 28, "by": "epoch"},
            "step": {"kind": "nesterov", "momentum": 0.9, "weight_decay": 5e-4},
            "population": {"kind": "linear"},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [HpcaClaims]

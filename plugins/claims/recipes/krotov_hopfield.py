"""The rule of Krotov & Hopfield (2019), PNAS 116, 7723-7731, in a layer (facts.md 4.1 and 4.2)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class KrotovHopfieldClaims(RecipeClaims):
    """I = Σ sign(w) |w|^(p-1) x; +1 for the largest I, -Δ for the k-th; decay Σ g I; the response is w x."""

    of = "krotov_hopfield"
    cases = ({}, {"p": 3.0, "k": 7, "delta": 0.3, "eta": 0.04})
    examples = (
        Example(
            given={"w": [[2.0, 0.0], [1.0, 1.0], [0.0, -1.0]], "x": [[1.0, 0.0], [0.6, 0.8]]},
            expected={
                "w": [[1.98, -0.002807018], [0.992982456, 0.998245614], [0.0, -1.0]],
                "y": [[2.0, 1.0, 0.0], [1.2, 1.4, 0.0]],
            },
            note="I = w x = (2, 1, 0), (1.2, 1.4, -0.8); g = (1, -0.4, 0), (-0.4, 1, 0). "
            "dw_1 = (1, 0) - 0.4 (0.6, 0.8) - (2 - 0.48) w_1 = (-2.28, -0.32), "
            "dw_2 = -0.4 (1, 0) + (0.6, 0.8) - (-0.4 + 1.4) w_2 = (-0.8, -0.2), over 2.28, times 0.02",
        ),
        Example(
            given={"w": [[2.0, 0.0], [1.0, 1.0], [0.0, -1.0]], "x": [[1.0, 0.0], [0.6, 0.8]]},
            expected={
                "w": [[1.96, 0.002857143], [1.0, 1.0], [-0.000571429, -1.0]],
                "y": [[2.0, 1.0, 0.0], [1.2, 1.4, 0.0]],
            },
            parameters={"p": 3.0, "k": 3, "delta": 0.1, "eta": 0.04},
            note="I = sign(w) w² x = (4, 1, 0), (2.4, 1.4, -0.8); g = (1, 0, -0.1) twice. "
            "dw_1 = (1.6, 0.8) - 6.4 w_1 = (-11.2, 0.8), dw_3 = -0.1 (1.6, 0.8) - 0.08 w_3 = (-0.16, 0), "
            "over 11.2, times 0.04; the response is w x all the same (T7)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Weights N(0, 1); the rate falls to 0 in a line, by epoch."""
        return {
            "initialisation": {"kind": "normal", "spread": 1.0},
            "similarity": {"kind": "power", "p": recipe.p},
            "response_similarity": {"kind": "dot"},
            "competition": {"kind": "ranked", "k": recipe.k, "delta": recipe.delta},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": [{"kind": "constant", "eta": recipe.eta}, {"kind": "linear", "by": "epoch"}],
            "population": {"kind": "repu", "power": 1.0},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [KrotovHopfieldClaims]

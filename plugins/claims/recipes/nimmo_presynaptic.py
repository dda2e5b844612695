"""Presynaptic mode of Nimmo (2024): hard, w_e = softmax over input channels of 1 / (|w| + 1e-6) (facts.md 3.3, N13)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims
from neuroplast_plugins.claims.recipes.thesis import SHORT, X, mode


class NimmoPresynapticClaims(RecipeClaims):
    """w_e in the forward pass and in the decay; the change goes to raw w."""

    of = "nimmo_presynaptic"
    examples = (
        Example(
            given={"w": [[3.0, 4.0], [1.0, -0.5]], "x": X},
            expected={
                "w": [[3.1, 4.0991272], [0.97959231, -0.50050078]],
                "y": [[0.02956319, 0.0], [0.0, 0.2305484], [0.11624842, 0.0]],
            },
            note="1/|w| = (1/3, 1/4), (1, 2): w_e = (0.5208213, 0.4791787), (0.2689420, 0.7310580) with the 1e-6. "
            "dw_1 = -0.9347047 (x_1 - w_e1) + 0.9610189 (x_3 - w_e1) = (2.0063170, 1.9888058), "
            "dw_2 = (-0.4094430, -0.0100473)",
        ),
        Example(
            given={"w": SHORT, "x": X},
            expected={
                "w": [[0.07139883, 0.55914873], [-0.5, -0.77706155]],
                "y": [[0.20922942, 0.0], [0.0, 0.25296763], [0.0, 0.04923864]],
            },
            note="1e6 for the absent synapse takes all: w_e = (1, 0), (0.6026850, 0.3973150); "
            "dw_1 = (0.7634414, 0.6324555), dw_2 = (1.0692631, 0.2452724)",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """The axis of the published 66.5."""
        return mode(
            competition={"kind": "hard_wta", "activity": "drive"},
            rule={"kind": "instar"},
            effective={"kind": "presynaptic_inverse", "axis": "input", "form": "softmax"},
        )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NimmoPresynapticClaims]

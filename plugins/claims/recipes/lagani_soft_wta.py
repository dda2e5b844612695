"""Soft winners of Lagani, Falchi, Gennaro & Amato, with their demonstration code (facts.md 4b)."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RecipeClaims


class LaganiSoftWtaClaims(RecipeClaims):
    """r = softmax(50 y), c = r over its sum, dw = Σ c r x - (Σ c r) w; by Nesterov at 1e-3."""

    of = "lagani_soft_wta"
    examples = (
        Example(
            given={"w": [[2.0, 0.0], [0.0, 0.5]], "x": [[0.52, 0.5], [0.5, 0.5], [0.1, 0.5]]},
            expected={
                "w": [[1.99819854, 0.00060535], [0.00028207, 0.49999953]],
                "y": [[0.52, 0.5], [0.5, 0.5], [0.1, 0.5]],
            },
            note="weights drive as of length 1: y = x. r_1 = 1/(1 + 1/e) = 0.7310586, 0.5, 2e-9, of sum 1.2310586; "
            "r_2 = 0.2689414, 0.5, 1, of sum 1.7689414. c r: 0.4341358, 0.2030773, 0 and 0.0408886, 0.1413275, "
            "0.5653098; dw_1 = (-0.9471369, 0.3186065), dw_2 = (0.1484568, 0); "
            "the first step of Nesterov goes 1.9 times as far: w + 1.9e-3 (dw - 5e-4 w)",
        ),
        Example(
            given={"w": [[0.3, 0.4], [1.0, 0.0]], "x": [[1.0, 1.0], [0.0, 1.0]]},
            expected={
                "w": [[0.30037971, 0.40113962], [0.99999905, 0.0]],
                "y": [[1.4, 1.0], [0.8, 0.0]],
            },
            note="e^-20 for the second: r = (1, 0) and c r = 1/2 twice for the first; dw_1 = (0.5, 1) - w_1",
        ),
    )

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Xavier-normal weights; the rate is halved every 2 epochs from epoch 30."""
        return {
            "initialisation": {"kind": "xavier", "distribution": "normal"},
            "similarity": {"kind": "weight_normalised"},
            "competition": {"kind": "lagani_soft_wta", "inverse_temperature": 50.0},
            "rule": {"kind": "instar"},
            "scaling": {"kind": "sum"},
            "rate": {"kind": "halving", "eta": 1e-3, "every": 2, "start": 28, "by": "epoch"},
            "step": {"kind": "nesterov", "momentum": 0.9, "weight_decay": 5e-4},
            "population": {"kind": "linear"},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LaganiSoftWtaClaims]

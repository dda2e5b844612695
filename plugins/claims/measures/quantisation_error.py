"""Distances to the nearest prototype and to the winner: MacQueen (1967); by angle: Dhillon & Modha (2001)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

X = [[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0], [0.0, -3.0]]


class QuantisationErrorClaims(MeasureClaims):
    """Around a mean of 0 with a mean square of (1 + 1 + 9 + 9) / 4 = 5."""

    of = "quantisation_error"
    cases = ({}, {"layer": "layer1"})
    examples = (
        Example(
            given={"x": X, "w": [[1.0, 0.0], [0.0, 2.0]]},
            expected={"error": 0.75, "winner_error": 0.8, "angle_error": 0.5, "silent": 0.0},
            note=(
                "nearest 0 + 4 + 1 + 10 = 15, over 4 · 5; by w · x (0, 2) wins (-1, 0), with 0 "
                "against -1: 0 + 5 + 1 + 10; cosines 1 0 1 0"
            ),
        ),
        Example(
            given={"x": X, "w": [[1.0, 0.0], [0.0, 2.0], [-5.0, -5.0], [0.0, 0.0]]},
            expected={
                "error": 0.55,
                "winner_error": 3.55,
                "angle_error": 0.1464466094,
                "silent": 0.25,
            },
            note=(
                "nearest 0 + 1 + 1 + 9; winners 0 + 41 + 1 + 29; cosines 1 √½ 1 √½, the last "
                "prototype has none, and wins nothing"
            ),
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [QuantisationErrorClaims]

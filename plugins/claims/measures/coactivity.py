"""How often neurons are active, alone and together: expectations counted out."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims


class CoactivityClaims(MeasureClaims):
    """E[y_i], E[y_i] E[y_k] and E[y_i y_k], y = 1 above a threshold, over pairs of different neurons."""

    of = "coactivity"
    cases = ({}, {"layer": "layer1", "active": 0.5})
    examples = (
        Example(
            given={
                "x": [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
                "w": [[1.0, 0.0], [0.0, 1.0]],
            },
            expected={"activity": 0.375, "independent": 0.125, "together": 0.25},
            note="active in 2 and in 1 of 4: (1/2 + 1/4) / 2, 1/2 · 1/4; together once in 4",
        ),
        Example(
            given={"x": [[1.0], [0.5]], "w": [[1.0], [2.0], [3.0]]},
            expected={"activity": 1 / 3, "independent": 1 / 12, "together": 1 / 6},
            parameters={"active": 1.5},
            note=(
                "responses 1 2 3 and 1/2 1 3/2, above 3/2: the second and third, once each; of three "
                "pairs one has 1/4, and 1/2"
            ),
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CoactivityClaims]

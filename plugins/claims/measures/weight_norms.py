"""Norms, and who is drawn to 1: Σ sign(w) |w|^(p-1) Δw = S (1 - Σ |w|^p), Krotov & Hopfield (2019)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims


class WeightNormsClaims(MeasureClaims):
    """S = Σ g v: without competition Σ v², so that nobody is pushed away."""

    of = "weight_norms"
    cases = ({}, {"layer": "layer1", "p": 3.0})
    examples = (
        Example(
            given={"x": [[1.0, 0.0]], "w": [[3.0, 4.0], [0.6, 0.8], [0.0, 0.5]]},
            expected={
                "shortest": 0.5,
                "median": 1.0,
                "longest": 5.0,
                "above": 1 / 3,
                "below": 1 / 3,
                "drawn": 2 / 3,
                "drawn_near": 0.5,
                "drawn_farthest": 4.0,
            },
            note=(
                "S = 9, 0.36 and 0: the last is not drawn; of the others one is at 1, the other 4 "
                "away"
            ),
        ),
        Example(
            given={"x": [[1.0, 1.0]], "w": [[3.0, -4.0], [0.5, 0.5], [0.0, -1.0]]},
            expected={
                "shortest": 1.0,
                "median": 1.0,
                "longest": 7.0,
                "above": 1 / 3,
                "below": 0.0,
                "drawn": 1.0,
                "drawn_near": 2 / 3,
                "drawn_farthest": 6.0,
            },
            parameters={"p": 1.0},
            note="sums of magnitudes: 3 + 4, 1/2 + 1/2, 1",
        ),
        Example(
            given={
                "x": [[1.0, 0.0]],
                "w": [[2.0, 0.0], [1.0, 0.0]],
                "layers": [{"competition": {"kind": "ranked", "k": 2, "delta": 0.4}}],
            },
            expected={"drawn": 0.5, "drawn_near": 0.0, "drawn_farthest": 1.0},
            note="the first wins: 1 · 2; the second is punished: -0.4 · 1",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WeightNormsClaims]

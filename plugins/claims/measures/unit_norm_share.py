"""The share of lengths near 1: R1 features of Journé et al. (2023)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

W = [[0.6, 0.8], [3.0, 4.0], [0.0, 1.005]]


class UnitNormShareClaims(MeasureClaims):
    """Lengths 1, 5 and 1.005."""

    of = "unit_norm_share"
    cases = ({}, {"layer": "layer2", "tolerance": 0.2})
    examples = (
        Example(
            given={"x": [[0.0, 0.0]], "w": W},
            expected={"share": 2 / 3, "shortest": 1.0, "median": 1.005, "longest": 5.0},
            note="3-4-5; 0.005 is below 0.01",
        ),
        Example(
            given={"x": [[0.0, 0.0]], "w": W},
            expected={"share": 1 / 3, "shortest": 1.0, "median": 1.005, "longest": 5.0},
            parameters={"tolerance": 0.001},
            note="and above 0.001",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [UnitNormShareClaims]

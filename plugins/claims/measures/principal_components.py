"""Components one by one, and as a subspace: Sanger (1989); principal angles: Björck & Golub (1973)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

X = [[3.0, 0, 0], [-3.0, 0, 0], [0.0, 2, 0], [0.0, -2, 0], [0.0, 0, 1], [0.0, 0, -1]]


class PrincipalComponentsClaims(MeasureClaims):
    """Variances 3, 4/3 and 1/3 along three axes."""

    of = "principal_components"
    cases = ({}, {"layer": "layer1", "count": 1, "about": "mean"})
    examples = (
        Example(
            given={"x": X, "w": [[2.0, 0.0, 0.0], [0.0, 4.0, -3.0]]},
            expected={
                "cosine_1": 1.0,
                "cosine_2": 0.8,
                "smallest_cosine": 0.8,
                "largest_angle": 36.86989765,
                "captured": 149 / 162.5,
            },
            note="acos 0.8; (3 + 0.64 · 4/3 + 0.36 / 3) / (3 + 4/3) = 3.97333 / 4.33333",
        ),
        Example(
            given={"x": X, "w": [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]},
            expected={"cosine_1": 0.0, "cosine_2": 0.0, "smallest_cosine": 0.0, "captured": 1.0},
            note="the same plane in the other order; the third neuron does not count",
        ),
        Example(
            given={"x": X, "w": [[1.0, 0.0, 0.0], [-2.0, 0.0, 0.0]]},
            expected={"cosine_1": 1.0, "cosine_2": 0.0, "largest_angle": 90.0, "captured": 9 / 13},
            note="one line, which leaves the second component out: 3 / (13/3)",
        ),
        Example(
            given={"x": [[a, b, c + 9.0] for a, b, c in X], "w": [[1.0, 0.0, 0.0]]},
            expected={"cosine_1": 1.0, "captured": 1.0},
            parameters={"count": 1, "about": "mean"},
            note="about the mean, as if it were not shifted",
        ),
        Example(
            given={"x": [[a, b, c + 9.0] for a, b, c in X], "w": [[1.0, 0.0, 0.0]]},
            expected={"cosine_1": 0.0, "captured": 9 / 244},
            parameters={"count": 1},
            note="about zero the third is first: 3 of 81 + 1/3",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PrincipalComponentsClaims]

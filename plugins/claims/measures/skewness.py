"""The third standardised moment of responses, by its definition."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

X = [[0.0], [0.0], [0.0], [4.0]]


class SkewnessClaims(MeasureClaims):
    """Of 0 0 0 4: deviations -1 -1 -1 3, variance 3, third moment 6."""

    of = "skewness"
    cases = ({}, {"layer": "layer1"})
    examples = (
        Example(
            given={"x": X, "w": [[1.0]]},
            expected={"mean": 1.1547005384},
            note="6 / 3^(3/2) = 2 / √3",
        ),
        Example(
            given={"x": X, "w": [[-2.0], [0.0]]},
            expected={"mean": -1.1547005384},
            note="the other way round, whatever the length; one that never changes is left out",
        ),
        Example(
            given={"x": X, "w": [[1.0], [-3.0]]}, expected={"mean": 0.0}, note="one of each sign"
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SkewnessClaims]

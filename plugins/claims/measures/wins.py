"""Shares of wins, and neurons without any: Rumelhart & Zipser (1985)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

X = [[1.0, 0.0], [0.0, 1.0], [0.0, 2.0], [0.0, 3.0]]
W = [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]


class WinsClaims(MeasureClaims):
    """Counted out: responses above a threshold."""

    of = "wins"
    cases = ({}, {"layer": "layer1", "active": 0.2, "stimuli": 7})
    examples = (
        Example(
            given={"x": X, "w": W},
            expected={"largest": 0.75, "dead": 1 / 3},
            note="one win, three and none",
        ),
        Example(
            given={"x": X, "w": W},
            expected={"largest": 1.0, "dead": 2 / 3},
            parameters={"active": 1.5, "stimuli": 3},
            note="of the first three stimuli the third alone gives more than 3/2, to the second neuron",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WinsClaims]

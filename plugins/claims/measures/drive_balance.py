"""Excitation and inhibition that a drive is the difference of: van Vreeswijk & Sompolinsky (1996)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims


class DriveBalanceClaims(MeasureClaims):
    """u = E - I, by the signs of weights; the gain is of mean squares."""

    of = "drive_balance"
    cases = ({}, {"layer": "layer1", "stimuli": 5})
    examples = (
        Example(
            given={"x": [[1.0, 1.0], [3.0, 2.0]], "w": [[2.0, -1.0]]},
            expected={
                "mean": 2.5,
                "spread": 1.5,
                "excitation": 4.0,
                "inhibition": 1.5,
                "gain": 34 / 15,
            },
            note="E = 2, 6 and I = 1, 2, so u = 1, 4; mean u² = 17/2, mean x² = (1 + 1 + 9 + 4) / 4",
        ),
        Example(
            given={"x": [[1.0, 1.0], [3.0, 2.0]], "w": [[2.0, -1.0]]},
            expected={
                "mean": 1.0,
                "spread": 0.0,
                "excitation": 2.0,
                "inhibition": 1.0,
                "gain": 1.0,
            },
            parameters={"stimuli": 1},
            note="the first stimulus alone",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DriveBalanceClaims]

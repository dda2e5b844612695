"""Peak, and 1 - mean / peak: Bienenstock, Cooper & Munro (1982); BCM neurons rest at a peak of K."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

RECTIFIED = [{"population": "relu"}]


class SelectivityClaims(MeasureClaims):
    """Two stimuli, one input each: a selective neuron has an index of 1 - 1/2."""

    of = "selectivity"
    cases = ({}, {"layer": "layer1", "tolerance": 0.1, "strong": 0.3, "weak": 0.2})
    examples = (
        Example(
            given={
                "x": [[1.0, 0.0], [0.0, 1.0]],
                "w": [[2.0, 0.0], [1.0, 1.0], [0.125, 0.0]],
                "layers": RECTIFIED,
            },
            expected={"index": 0.5, "peak": 1.0, "silent": 1.0, "preferred": 1.0, "selective": 1.0},
            note="indices 1/2 0 1/2, peaks 2 1 1/8; the last is under 0.1 · 2, and so silent",
        ),
        Example(
            given={
                "x": [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]],
                "w": [[2.0, 0.0], [0.5, 1.0], [0.5, 0.0]],
                "layers": RECTIFIED,
            },
            expected={"index": 0.5, "peak": 1.0, "silent": 1.0, "preferred": 2.0, "selective": 2.0},
            parameters={"tolerance": 0.3, "strong": 0.2, "weak": 0.3},
            note=(
                "the second: 1 - (3/4) / 1 = 1/4, within 0.3 of 1/2, and 1 > 0.2 · 2; the last is "
                "under 0.3 · 2; twice the first stimulus is once"
            ),
        ),
        Example(
            given={
                "x": [[1.0, 0.0], [0.0, 1.0]],
                "w": [[2.0, 0.0], [-9.0, 1.0], [-1.0, 0.0]],
                "layers": RECTIFIED,
            },
            expected={"index": 0.5, "peak": 1.0, "silent": 1.0, "preferred": 1.0, "selective": 1.0},
            note="below zero nobody answers; a peak of 1 is not above 0.5 · 2",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SelectivityClaims]

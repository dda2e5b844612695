"""Kernels of one value in the middle and another around it: r² of ring means, and contrast, by their definitions."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

FIELD = [{"synapse": {"kind": "conv2d", "neurons": 1, "kernel": 3, "padding": 0}}]
NOTHING = [[[[0.0] * 3] * 3]]
"""One image, of which only the size matters."""
CROSS = [[0.0, 1.0, 0.0], [1.0, -2.0, 1.0], [0.0, 1.0, 0.0]]
RAMP = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
SPOT = [[1.0] * 5, [1.0] * 5, [1.0, 1.0, 4.0, 1.0, 1.0], [1.0] * 5, [1.0] * 5]


class CentreSurroundClaims(MeasureClaims):
    """1 - SS within rings / SS, |c - s| / (|c| + |s|); neither knows the kernel's sign."""

    of = "centre_surround"
    cases = ({}, {"layer": "layer2"})
    examples = (
        Example(
            given={"x": NOTHING, "w": [[CROSS]], "layers": FIELD},
            expected={
                "r2": 1.0,
                "index": 1.0,
                "opposed": 1.0,
                "extreme": 1.0,
                "ring_0": 2.0,
                "ring_1": -1.0,
                "ring_2": 0.0,
            },
            note=(
                "every ring has one value; s = 4/8, and (2 + 1/2) / (2 + 1/2) = 1; -2 is the "
                "smallest; turned so that 2 is the centre"
            ),
        ),
        Example(
            given={"x": NOTHING, "w": [[RAMP]], "layers": FIELD},
            expected={
                "r2": 0.0,
                "index": 0.0,
                "opposed": 0.0,
                "extreme": 0.0,
                "ring_0": 5.0,
                "ring_1": 5.0,
                "ring_2": 5.0,
            },
            note=(
                "2 4 6 8 and 1 3 7 9 are 5 on average, as is all: within rings 20 + 40 of a sum of "
                "squares of 60; s = 40/8"
            ),
        ),
        Example(
            given={
                "x": NOTHING,
                "w": [[CROSS], [RAMP]],
                "layers": [{"synapse": {**FIELD[0]["synapse"], "neurons": 2}}],
            },
            expected={
                "r2": 0.5,
                "index": 0.5,
                "opposed": 0.5,
                "extreme": 0.5,
                "ring_0": 3.5,
                "ring_1": 2.0,
                "ring_2": 2.5,
            },
            note="means of the two above",
        ),
        Example(
            given={
                "x": [[[[0.0] * 5] * 5, [[0.0] * 5] * 5]],
                "w": [[SPOT, [[0.0] * 5] * 5]],
                "layers": [{"synapse": {**FIELD[0]["synapse"], "kernel": 5}}],
            },
            expected={
                "r2": 1.0,
                "index": 0.6,
                "opposed": 0.0,
                "extreme": 1.0,
                "ring_0": 4.0,
                "ring_5": 1.0,
            },
            note=(
                "(4 - 1) / (4 + 1); a kernel of zeros is none; of 5 x 5 the sixth ring is the "
                "corners, at √8"
            ),
        ),
        Example(
            given={
                "x": NOTHING,
                "w": [[[[0.1] * 3] * 3], [CROSS]],
                "layers": [{"synapse": {**FIELD[0]["synapse"], "neurons": 2}}],
            },
            expected={"r2": 1.0, "index": 0.5, "opposed": 0.5, "extreme": 0.5},
            note="a flat kernel has no r², an index of 0 and no extreme; the other has 1 of each",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CentreSurroundClaims]

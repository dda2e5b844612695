"""Lines that a neuron tells: by majority among images, and shown alone; counted out on 2 x 2 pixels."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

TOP, BOTTOM = [[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]
LEFT, RIGHT = [[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]
DENSE = {n: [{"synapse": {"kind": "dense", "neurons": n}}] for n in (1, 4)}


class LinesClaims(MeasureClaims):
    """Four lines, two rows and two columns; told is what is there more often than not, both ways round."""

    of = "lines"
    cases = ({}, {"layer": "layer1", "active": 0.5, "lit": 0.2})
    examples = (
        Example(
            given={
                "x": [[TOP], [BOTTOM], [LEFT], [RIGHT]],
                "w": [
                    [1.0, 1.0, 0.0, 0.0],
                    [0.0, 0.0, 1.0, 1.0],
                    [1.0, 0.0, 1.0, 0.0],
                    [0.0, 1.0, 0.0, 1.0],
                ],
                "layers": DENSE[4],
            },
            expected={"found": 4.0, "alone": 4.0},
            parameters={"active": 1.5},
            note="both pixels of a line give 2, above 3/2, and those of a line across it 1",
        ),
        Example(
            given={
                "x": [[TOP], [[[1.0, 1.0], [1.0, 1.0]]]],
                "w": [[1.0, 1.0, 1.0, 1.0]],
                "layers": DENSE[1],
            },
            expected={"found": 3.0, "alone": 0.0},
            parameters={"active": 3.5},
            note=(
                "active in the full image alone, which has all lines; the upper row is there in the "
                "other too, half of the times"
            ),
        ),
        Example(
            given={
                "x": [[[[0.4, 0.4], [0.0, 0.0]]]],
                "w": [[1.0, 1.0, 0.0, 0.0]],
                "layers": DENSE[1],
            },
            expected={"found": 1.0, "alone": 0.0},
            parameters={"active": 0.5, "lit": 0.3},
            note="0.8 for the dim row, and for a bright column 1: shown alone three lines are answered",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LinesClaims]

"""1 - circular variance of responses to gratings: Ringach, Shapley & Hawken (2002)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

DENSE = {n: [{"synapse": {"kind": "dense", "neurons": n}}] for n in (1, 2)}


class OrientationIndexClaims(MeasureClaims):
    """|Σ r e^(2iθ)| / Σ r over orientations, at the period answered most; two pixels, of opposite weights."""

    of = "orientation_index"
    cases = ({}, {"layer": "layer1", "orientations": 3, "phases": 4, "periods": (4.0,)})
    examples = (
        Example(
            given={"x": [[[[0.0, 0.0]]]], "w": [[1.0, -1.0]], "layers": DENSE[1]},
            expected={"mean": 0.5},
            parameters={"orientations": 3, "phases": 4, "periods": (3.0,)},
            note=(
                "along a row only c sin θ counts: at 0, 60 and 120 degrees r = 0, r, r, and |e^(120i)"
                " + e^(240i)| / 2 = 1/2"
            ),
        ),
        Example(
            given={"x": [[[[0.0], [0.0]]]], "w": [[1.0, -1.0]], "layers": DENSE[1]},
            expected={"mean": 0.25},
            parameters={"orientations": 3, "phases": 4, "periods": (4.0,)},
            note=(
                "along a column r cos θ: half a turn per pixel / 2 at 0: cos φ + sin φ, by four "
                "phases 2/4; at 60 and 120 a quarter turn / 2: (1 - √½) + √½ = 1, over 4; (1/2 - 1/4)"
                " / (1/2 + 1/4 + 1/4)"
            ),
        ),
        Example(
            given={"x": [[[[0.0], [0.0]]]], "w": [[1.0, -1.0], [-3.0, 3.0]], "layers": DENSE[2]},
            expected={"mean": 0.25},
            parameters={"orientations": 3, "phases": 4, "periods": (8.0, 4.0)},
            note=(
                "a period of 8 is answered less: (1 - √½ + √½) / 4 = 1/4 at 0, less at 60 and 120, where a period of 4 "
                "gives 1/2, 1/4 and 1/4; signs turned and lengths tripled change nothing"
            ),
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [OrientationIndexClaims]

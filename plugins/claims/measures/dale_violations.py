"""Columns of both signs: Dale's principle, Eccles, Fatt & Koketsu (1954), read off a weight matrix."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

W = [[1.0, -1.0, 0.0, 2.0], [0.0, -3.0, 0.0, -2.0]]
SIGNED = {"kind": "excitatory_inhibitory", "excitatory": 0.5}


class DaleViolationsClaims(MeasureClaims):
    """Counted by presynaptic neuron, which is a column of w, or in groups a channel of its own."""

    of = "dale_violations"
    cases = ({}, {"layer": "layer1"})
    examples = (
        Example(
            given={"x": [[0.0] * 4], "w": W},
            expected={"mixed": 1.0, "excitatory": 0.25, "inhibitory": 0.25},
            note="columns: excitatory, inhibitory, none, both",
        ),
        Example(
            given={
                "x": [[0.0] * 3],
                "w": W,
                "layers": [{"synapse": {"kind": "dense", "neurons": 4}, "population": SIGNED}, {}],
            },
            expected={"mixed": 1.0, "excitatory": 0.25, "inhibitory": 0.25, "against": 3.0},
            note="signs + + - -: two of the second column inhibit, one of the fourth excites",
        ),
        Example(
            given={
                "x": [[[[0.0] * 2] * 2]],
                "w": [[[[1.0]]], [[[-2.0]]]],
                "layers": [
                    {
                        "synapse": {"kind": "conv2d", "neurons": 2, "kernel": 1},
                        "population": SIGNED,
                    },
                    {"synapse": {"kind": "depthwise", "kernel": 1}},
                ],
            },
            expected={"mixed": 0.0, "excitatory": 0.5, "inhibitory": 0.5, "against": 0.0},
            note="depthwise: each kernel belongs to a channel of its own, and has the sign of that",
        ),
        Example(
            given={
                "x": [[[[0.0] * 2] * 2]],
                "w": [[[[1.0]]], [[[2.0]]]],
                "layers": [
                    {
                        "synapse": {"kind": "conv2d", "neurons": 2, "kernel": 1},
                        "population": SIGNED,
                    },
                    {"synapse": {"kind": "depthwise", "kernel": 1}},
                ],
            },
            expected={"mixed": 0.0, "excitatory": 1.0, "inhibitory": 0.0, "against": 1.0},
            note="one sign only, and not that of the second channel",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DaleViolationsClaims]

"""|cos| of one neuron's weights with the mean of the stimuli, by the definition of a cosine."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims


class MeanAlignmentClaims(MeasureClaims):
    """Mean (3, 4), of length 5."""

    of = "mean_alignment"
    cases = ({}, {"layer": "layer1", "neuron": 2})
    examples = (
        Example(
            given={"x": [[6.0, 0.0], [0.0, 8.0]], "w": [[7.0, 0.0], [0.0, -2.0]]},
            expected={"cosine": 0.6},
            note="21 / (7 · 5)",
        ),
        Example(
            given={"x": [[6.0, 0.0], [0.0, 8.0]], "w": [[7.0, 0.0], [0.0, -2.0]]},
            expected={"cosine": 0.8},
            parameters={"neuron": 1},
            note="|-8| / (2 · 5)",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MeanAlignmentClaims]

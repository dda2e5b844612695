"""|cos| with the first principal component, and length: Oja (1982)."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, MeasureClaims

SHIFTED = [[2.0, 9.0], [0.0, 10.0], [-2.0, 9.0], [0.0, 8.0]]


class PrincipalComponentClaims(MeasureClaims):
    """Stimuli on the axes, so that components are the axes."""

    of = "principal_component"
    cases = ({}, {"layer": "layer1", "neuron": 1, "about": "mean"})
    examples = (
        Example(
            given={
                "x": [[2.0, 0.0], [0.0, 1.0], [-2.0, 0.0], [0.0, -1.0]],
                "w": [[3.0, 4.0], [0.0, -2.0]],
            },
            expected={"cosine": 0.6, "length": 5.0},
            note="the first axis, 8 against 2; 3/5",
        ),
        Example(
            given={"x": SHIFTED, "w": [[1.0, 0.0], [-3.0, 4.0]]},
            expected={"cosine": 0.8, "length": 5.0},
            parameters={"neuron": 1},
            note="about zero 81.5 along the second axis against 2; 4/5",
        ),
        Example(
            given={"x": SHIFTED, "w": [[1.0, 0.0], [-3.0, 4.0]]},
            expected={"cosine": 0.6, "length": 5.0},
            parameters={"neuron": 1, "about": "mean"},
            note="about their mean, (0, 9), as above",
        ),
    )


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PrincipalComponentClaims]

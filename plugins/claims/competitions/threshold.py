"""Each neuron on its own, 1 above a threshold: McCulloch & Pitts (1943), Bull. Math. Biophys. 5, 115-133.

Its drive instead of 1: the rectified neuron, y = max(0, w·x), where the threshold is 0.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Competition, hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example, holds
from neuroplast_plugins.claims.competitions.groups import activities


class ThresholdClaims(CompetitionClaims):
    """g = 1, or v, where v > θ, else 0."""

    of = "threshold"
    cases = (
        {},
        {"threshold": 0.5},
        {"threshold": -0.5},
        {"activity": "drive"},
        {"threshold": 0.5, "activity": "drive"},
    )
    examples = (
        Example(
            given={"v": [0.2, -1.0, 3.0, 0.0]},
            expected=[1.0, 0.0, 1.0, 0.0],
            note="0.2 and 3 are above 0; 0 is not",
        ),
        Example(
            given={"v": [0.5, 0.51, -3.0]},
            expected=[0.0, 1.0, 0.0],
            parameters={"threshold": 0.5},
            note="y = 1 where y* > 0.5 in Földiák (1990)",
        ),
        Example(
            given={"v": [-1.0, -0.9]},
            expected=[0.0, 1.0],
            parameters={"threshold": -1.0},
            note="a negative drive can be above a negative threshold",
        ),
        Example(
            given={"v": [0.2, -1.0, 3.0, 0.0]},
            expected=[0.2, 0.0, 3.0, 0.0],
            parameters={"activity": "drive"},
            note="max(0, v)",
        ),
        Example(
            given={"v": [-1.0, -0.75, 0.25]},
            expected=[0.0, -0.75, 0.25],
            parameters={"threshold": -1.0, "activity": "drive"},
            note="above -1 each has its own drive, of whatever sign",
        ),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """Each by itself."""
        binary = competition.activity == "binary"
        return [(1.0 if binary else d) if d > competition.threshold else 0.0 for d in v]

    @holds
    def nobody_competes(self, competition: Competition) -> None:
        """All may be active, or none, and the others do not matter."""
        binary = competition.model_copy(update={"activity": "binary"})
        theta = competition.threshold  # type: ignore[attr-defined]
        g = activities(
            binary, [theta + 1] * 4, [theta - 1] * 4, [theta + 1, theta + 9, theta, theta]
        )
        assert_close(g.tolist(), [[1.0] * 4, [0.0] * 4, [1.0, 1.0, 0.0, 0.0]])

    @holds
    def rectifies(self, competition: Competition) -> None:
        """With a threshold of 0 and its drive for activity a neuron has max(0, v)."""
        rectified = competition.model_copy(update={"threshold": 0.0, "activity": "drive"})
        g = activities(rectified, [-2.0, 0.0, 1.5], [3.0, -0.5, 0.25])
        assert_close(g.tolist(), [[0.0, 0.0, 1.5], [3.0, 0.0, 0.25]])


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ThresholdClaims]

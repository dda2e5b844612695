"""The weights that learn are those that drive."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, EffectiveClaims, Example


class NoneClaims(EffectiveClaims):
    """w_e = w."""

    of = "none"
    examples = (
        Example(
            given={"w": [[1.0, -2.0], [0.0, 4.0]]},
            expected=[[1.0, -2.0], [0.0, 4.0]],
            note="as they are",
        ),
        Example(given={"w": [[-0.5]]}, expected=[[-0.5]], note="one synapse"),
    )

    def effective(self, effective: Any, w: list[list[float]]) -> list[list[float]]:
        """The weights."""
        return [list(row) for row in w]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NoneClaims]

"""No competition."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, CompetitionClaims, Example


class NoneClaims(CompetitionClaims):
    """g = v."""

    of = "none"
    examples = (
        Example(given={"v": [0.5, -2.0, 0.0]}, expected=[0.5, -2.0, 0.0], note="as it is"),
        Example(given={"v": [-3.0]}, expected=[-3.0], note="one neuron, and a negative drive"),
    )

    def compete(self, competition: Any, v: list[float]) -> list[float]:
        """Every neuron learns as strongly as it is driven."""
        return list(v)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NoneClaims]

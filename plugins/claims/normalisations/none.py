"""No normalisation."""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, NormalisationClaims


class NoneClaims(NormalisationClaims):
    """x̂ = x."""

    of = "none"
    examples = (
        Example(
            given={"x": [[[1.0, -2.0]], [[0.0, 4.0]]], "adapting": True, "memory": {}},
            expected=[[[1.0, -2.0]], [[0.0, 4.0]]],
            note="as it is",
        ),
        Example(
            given={"x": [[[0.5], [7.0]]], "adapting": False, "memory": {}},
            expected=[[[0.5], [7.0]]],
            note="frozen, too",
        ),
    )

    def normalise(
        self,
        normalisation: Any,
        x: list[list[list[float]]],
        memory: Mapping[str, list[float]],
        adapting: bool,
    ) -> tuple[list[list[list[float]]], Mapping[str, list[float]]]:
        """The input."""
        return x, memory


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NoneClaims]

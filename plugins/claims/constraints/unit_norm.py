"""Unit Euclidean norm of each neuron's incoming weights, w / (norm + 1e-10): Miconi (2021), as coded."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example


class UnitNormClaims(ConstraintClaims):
    """|w_i| = 1; a neuron without weights stays at zero."""

    of = "unit_norm"
    counts = "neurons"
    sizes = (1.0, 0.01, 100.0, 1e-10)
    examples = (
        Example(
            given={"w": [[3.0, 4.0], [0.0, -8.0]]},
            expected=[[0.6, 0.8], [0.0, -1.0]],
            note="3-4-5; each neuron by itself, signs stay; the 1e-10 adds less than 2e-11",
        ),
        Example(
            given={"w": [[0.0, 0.0, 0.0], [2.0, 1.0, -2.0]]},
            expected=[[0.0, 0.0, 0.0], [2 / 3, 1 / 3, -2 / 3]],
            note="nothing stays nothing; sqrt(4 + 1 + 4) = 3",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Of unit length, or without weights."""
        norm = sqrt(sum(value * value for value in w))
        return norm == 0.0 or abs(norm - 1.0) < 1e-5

    def enforce(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """The same direction at unit length."""
        norm = sqrt(sum(value * value for value in w))
        return [value / (norm + 1e-10) for value in w]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [UnitNormClaims]

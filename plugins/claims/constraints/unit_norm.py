"""Unit norm of each neuron's incoming weights, w / (norm + 1e-10): Miconi (2021), as coded; L_p norms by definition.

|w|_p = (Σ |w|^p)^(1/p), p >= 1.
"""

from collections.abc import Sequence
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example


class UnitNormClaims(ConstraintClaims):
    """|w_i|_p = 1; a neuron without weights stays at zero."""

    of = "unit_norm"
    cases = ({}, {"p": 1.0}, {"p": 3.0})
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
        Example(
            given={"w": [[3.0, -4.0, 1.0]]},
            expected=[[0.375, -0.5, 0.125]],
            parameters={"p": 1.0},
            note="3 + 4 + 1 = 8",
        ),
        Example(
            given={"w": [[3.0, -4.0, 5.0]]},
            expected=[[0.5, -2 / 3, 5 / 6]],
            parameters={"p": 3.0},
            note="27 + 64 + 125 = 216 = 6³",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Of unit length, or without weights."""
        norm = _norm(w, constraint.p)
        return norm == 0.0 or abs(norm - 1.0) < 1e-5

    def enforce(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """The same direction at unit length."""
        norm = _norm(w, constraint.p)
        return [value / (norm + 1e-10) for value in w]


def _norm(w: list[float], p: float) -> float:
    """(Σ |w|^p)^(1/p), the largest taken out so that nothing underflows."""
    largest = max(abs(value) for value in w)
    if largest == 0.0:
        return 0.0
    total = sum((abs(value) / largest) ** p for value in w)
    return float(largest * total ** (1 / p))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [UnitNormClaims]

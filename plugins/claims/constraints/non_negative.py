"""No negative weights: published as Dale's principle by Nimmo (2024), w <- |w + dw|, or ReLU (facts.md 3.3)."""

from collections.abc import Sequence
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example


class NonNegativeClaims(ConstraintClaims):
    """A negative weight becomes 0, or changes its sign."""

    of = "non_negative"
    cases = ({}, {"form": "abs"})
    counts = "values"
    examples = (
        Example(
            given={"w": [[1.0, -0.25], [-0.5, 0.0]]},
            expected=[[1.0, 0.0], [0.0, 0.0]],
            note="max(w, 0)",
        ),
        Example(
            given={"w": [[1.0, -0.25], [-0.5, 0.0]]},
            expected=[[1.0, 0.25], [0.5, 0.0]],
            parameters={"form": "abs"},
            note="|w|, as coded: a synapse that a step takes below 0 grows on the other side",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """None below 0."""
        return all(v >= 0 for v in w)

    def enforce(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """Each weight by itself."""
        return [v if v >= 0 else -v if constraint.form == "abs" else 0.0 for v in w]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NonNegativeClaims]

"""Weights between two bounds: what lies beyond one is set to it."""

from collections.abc import Sequence
from typing import Any

from neuroplast import Constraint, hookimpl
from neuroplast.testing import Claims, ConstraintClaims, Example, holds


class ClipClaims(ConstraintClaims):
    """Each weight by itself; a bound that is not given does not bind."""

    of = "clip"
    cases = (
        {"low": -0.5, "high": 0.5},
        {"low": 0.0},
        {"high": 0.0},
        {"low": 0.25, "high": 0.25},
    )
    counts = "values"
    examples = (
        Example(
            given={"w": [[1.0, -0.25], [0.5, -3.0]]},
            expected=[[0.5, -0.25], [0.5, -0.5]],
            note="1 and -3 lie beyond; 0.5 is at the bound",
        ),
        Example(
            given={"w": [[1.0, -0.25, 0.0]]},
            expected=[[0.0, -0.25, 0.0]],
            parameters={"high": 0.0},
            note="inhibition alone",
        ),
    )

    def allowed(self, constraint: Any, w: list[float], signs: Sequence[int] | None) -> bool:
        """Within the bounds that are given."""
        above = constraint.low is None or all(v >= constraint.low for v in w)
        return above and (constraint.high is None or all(v <= constraint.high for v in w))

    def enforce(
        self, constraint: Any, w: list[float], signs: Sequence[int] | None
    ) -> list[float] | None:
        """To the nearest that is allowed."""
        low = float("-inf") if constraint.low is None else constraint.low
        high = float("inf") if constraint.high is None else constraint.high
        return [low if v < low else high if v > high else v for v in w]

    @holds
    def turns_signs_where_0_is_beyond_a_bound(self, constraint: Constraint) -> None:
        """A bound above 0 makes what is negative positive; a bound at 0 makes it nothing, which has no sign."""
        for bound, value, turns in (
            *(("low", 0.5, True), ("low", 0.0, False), ("low", -0.5, False)),
            *(("high", -0.5, True), ("high", 0.0, False), ("high", 0.5, False)),
        ):
            assert type(constraint)(**{bound: value}).turns_signs() is turns


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ClipClaims]

"""BCM with a threshold that does not slide: Bienenstock, Cooper & Munro (1982), J. Neurosci. 2, 32-48, as a control.

dw_ij = x_j y_i (y_i - theta), theta a constant.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers


class BcmFixedThresholdClaims(RuleClaims):
    """Δw = x y (y - θ), θ fixed."""

    of = "bcm_fixed_threshold"
    cases = ({}, {"threshold": 0.1}, {"threshold": 0.0})
    examples = (
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[6.0, 12.0]],
            note="3 (3 - 1) = 6, times 1 and 2",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
            },
            expected=[[3.0, 4.0], [3.0, 24.0]],
            note="y (y - 1) is 2, 2 and 0, 6: neuron 0: 2 + 0.5·2, -2·2 + 4·2; neuron 1: 0.5·6, 4·6",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[-3.0, -6.0]],
            parameters={"threshold": 4.0},
            note="below the threshold: 3 (3 - 4) = -3, times 1 and 2",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """Growth above the threshold, loss below it."""
        return float(s.x * s.g * (s.g - rule.threshold))

    @holds
    def the_threshold_repels(self, rule: Rule) -> None:
        """With one stimulus a linear neuron rests at y = θ, decays to 0 from below and grows for ever from above."""
        fixed, x = rule.model_copy(update={"threshold": 2.0}), numbers([1.0])
        assert_close(change(fixed, numbers([2.0]), x), numbers([0.0]))
        below, above = numbers([1.9]), numbers([2.1])
        for _ in range(100):
            below = below + 0.05 * change(fixed, below, x)
            above = above + 0.05 * change(fixed, above, x) if above < 100 else above
        assert below < 0.01
        assert above > 100

    @holds
    def does_not_slide(self, rule: Rule) -> None:
        """What was seen before makes no difference."""
        w, x, y = numbers([0.3, 1.0]), numbers([1.0, 2.0]), numbers([3.0])
        first = change(rule, w, x, y)
        change(rule, w, x, 100 * y)
        assert_close(change(rule, w, x, y), first)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BcmFixedThresholdClaims]

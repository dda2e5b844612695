"""BCM with a threshold that does not slide: dw_ij = x_j y_i (y_i - theta), theta a number.

The form of Bienenstock, Cooper & Munro (1982), J. Neurosci. 2, 32-48, with the fixed threshold of its forerunner,
Cooper, Liberman & Oja (1979), Biol. Cybern. 33, 9-28.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers, settled


class BcmFixedThresholdClaims(RuleClaims):
    """Δw = x y (y - θ), θ fixed."""

    of = "bcm_fixed_threshold"
    cases = ({}, {"threshold": 0.25}, {"threshold": 0.0})
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
            expected=[[3.75, 0.0], [3.75, 30.0]],
            parameters={"threshold": 0.5},
            note="y (y - 0.5) is 3, 1.5 and 0, 7.5: neuron 0: 3·1 + 1.5·0.5, -3·2 + 1.5·4; neuron 1: 7.5·0.5, 7.5·4",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """Growth above the threshold, loss below it."""
        threshold: float = rule.threshold
        return s.x * s.g * (s.g - threshold)

    @holds
    def nothing_holds_it(self, rule: Rule) -> None:
        """Alone with one stimulus, a response that starts above the threshold only grows, one below it fades to 0."""
        at_one, x = rule.model_copy(update={"threshold": 1.0}), numbers([1.0])
        w = numbers([1.01])
        for _ in range(10):
            grown = settled(at_one, w, x, steps=5)
            assert float(grown - w) > 0
            w = grown
        assert_close(
            settled(at_one, numbers([0.99]), x, steps=2000), numbers([0.0]), rtol=0, atol=1e-6
        )

    @holds
    def learns_all_that_is_above(self, rule: Rule) -> None:
        """Of two orthogonal stimuli with responses above the threshold both grow: it does not become selective."""
        above = rule.model_copy(update={"threshold": 0.1})
        x, w = numbers([1.0, 0.0], [0.0, 1.0]), numbers([0.5, 0.3])
        # 0.5 (0.5 - 0.1) and 0.3 (0.3 - 0.1)
        assert_close(change(above, w, x), numbers([0.2, 0.06]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BcmFixedThresholdClaims]

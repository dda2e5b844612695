"""BCM as published in Jimenez Nimmo (2024), thesis, City University London (discrepancy N14).

theta <- 0.5 theta + 0.5 mean over batch and positions of g^2, theta0 = 1, updated before it is used; dw = corr(x,
g (g - theta)), no decay.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers


class BcmBatchThresholdClaims(RuleClaims):
    """Δw = x g (g - θ), θ after the batch."""

    of = "bcm_batch_threshold"
    cases = ({}, {"retention": 0.75}, {"retention": 0.0})
    examples = (
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[-6.0, -12.0]],
            note="θ = 0.5·1 + 0.5·9 = 5: 3 (3 - 5) = -6, times 1 and 2",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
            },
            expected=[[1.875, 10.0], [0.375, 3.0]],
            note="neuron 0: θ = 0.5 + 0.5·(4 + 1)/2 = 1.75, 2·0.25 and -1·(-2.75); neuron 1: θ = 2.75, 0 and 3·0.25",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]], "memory": {"theta": [3.0]}},
            expected=[[-4.5, -9.0]],
            parameters={"retention": 0.75},
            note="θ = 0.75·3 + 0.25·9 = 4.5: 3 (3 - 4.5) = -4.5, times 1 and 2",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """Growth above the threshold that this batch has moved, loss below it."""
        square = sum(other.g * other.g for other in s.batch) / len(s.batch)
        theta = rule.retention * s.memory["theta"] + (1 - rule.retention) * square
        return float(s.x * s.g * (s.g - theta))

    def remember(self, rule: Any, n: Neuron) -> dict[str, float]:
        """The threshold that was used."""
        square = sum(y * y for y in n.g) / len(n.g)
        return {"theta": rule.retention * n.memory["theta"] + (1 - rule.retention) * square}

    @holds
    def hardly_depresses_rare_winners(self, rule: Rule) -> None:
        """Who wins 1 of 100 presentations with g = 3 has θ = 0.09, and learns 97 % of x g², after a few batches."""
        x = numbers(*([1.0, 2.0] for _ in range(100)))
        g = numbers(*([3.0 * (i == 7)] for i in range(100)))
        memory: dict[str, Any] = {}
        for _ in range(100):
            dw = change(rule, numbers([0.3, 1.0]), x, g, memory)
        assert_close(memory["theta"], numbers([0.09])[0])
        assert_close(dw, 0.97 * 9 * x[:1])

    @holds
    def knows_its_batch_beforehand(self, rule: Rule) -> None:
        """With nothing retained the threshold is the batch's mean square, so that one stimulus gives x y (y - y²)."""
        forgetful, x = rule.model_copy(update={"retention": 0.0}), numbers([1.0, 2.0])
        for y, factor in ((1.0, 0.0), (2.0, -4.0), (0.5, 0.125)):
            # y (y - y²)
            assert_close(change(forgetful, 0 * x, x, numbers([y])), factor * x)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BcmBatchThresholdClaims]

"""The covariance rule: Sejnowski (1977), J. Math. Biol. 4, 303-321.

dw_ij = (x_j - xbar_j)(y_i - ybar_i), running means, by their values from before the step. Over n stimuli they move by
1 - (1 - 1/tau)^n towards their mean.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, Input, Neuron, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, cloud, numbers


class CovarianceClaims(RuleClaims):
    """Δw = (x - x̄)(y - ȳ)."""

    of = "covariance"
    cases = ({}, {"time_constant": 4.0}, {"time_constant": 1.0})
    examples = (
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[1.0, 2.0]],
                "g": [[3.0]],
                "memory": {"pre_mean": [0.5, 3.0], "post_mean": [2.0]},
            },
            expected=[[0.5, -1.0]],
            note="(1 - 0.5)(3 - 2) = 0.5, (2 - 3)(3 - 2) = -1; the weights do not matter",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
                "memory": {"pre_mean": [0.5, 1.0], "post_mean": [0.5, 1.0]},
            },
            expected=[[0.75, -9.0], [-0.5, 9.0]],
            note="neuron 0: 0.5·1.5 + 0, -3·1.5 - 3·1.5; neuron 1: -0.5·1 + 0, 3·1 + 3·2",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[3.0, 6.0]],
            note="means begin at 0, and move after they were used: 1·3, 2·3",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """Growth where both are on the same side of their means."""
        return float((s.x - s.memory["pre_mean"]) * (s.g - s.memory["post_mean"]))

    def remember(self, rule: Any, n: Neuron) -> dict[str, float]:
        """The neuron's running mean."""
        mean = n.memory["post_mean"]
        kept = (1 - 1 / rule.time_constant) ** n.stimuli
        return {"post_mean": kept * mean + (1 - kept) * sum(n.g) / len(n.g)}

    def remember_input(self, rule: Any, n: Input) -> dict[str, float]:
        """The input's running mean."""
        mean = n.memory["pre_mean"]
        kept = (1 - 1 / rule.time_constant) ** n.stimuli
        return {"pre_mean": kept * mean + (1 - kept) * sum(n.x) / len(n.x)}

    @holds
    def constants_teach_nothing(self, rule: Rule) -> None:
        """Nothing changes where either side is always the same, once its mean is known."""
        w, x, y = numbers([0.3, 1.0]), numbers([1.0, -2.0], [3.0, -2.0]), numbers([2.0], [5.0])
        means = {"pre_mean": numbers([2.0, -2.0])[0], "post_mean": numbers([3.5])[0]}
        # (1 - 2)(2 - 3.5) + (3 - 2)(5 - 3.5) = 3; the second input is constant
        assert_close(change(rule, w, x, y, dict(means)), numbers([3.0, 0.0]))
        constant = {**means, "post_mean": numbers([2.0])[0]}
        assert_close(change(rule, w, x, 0 * y + 2, constant), numbers([0.0, 0.0]))

    @holds
    def sums_to_the_covariance(self, rule: Rule) -> None:
        """For a linear neuron at known means, the change is the covariance times w, whatever the means are."""
        x = cloud() + numbers([4.0, -3.0])
        for w, eigenvalue in ((numbers([0.6, 0.8]), 5.0), (numbers([-0.8, 0.6]), 1.25)):
            mean = w @ numbers([4.0, -3.0]).T
            means = {"pre_mean": numbers([4.0, -3.0])[0], "post_mean": mean[0]}
            assert_close(change(rule, w, x, memory=means), 16 * eigenvalue * w)

    @holds
    def the_means_are_found(self, rule: Rule) -> None:
        """After many stimuli the means are those of the activities."""
        x, y = numbers([1.0, 0.0], [3.0, 4.0]), numbers([5.0], [1.0])
        quick = rule.model_copy(update={"time_constant": 2.0})
        memory: dict[str, Any] = {}
        for _ in range(60):
            change(quick, numbers([0.3, 1.0]), x, y, memory)
        assert_close(memory["pre_mean"], numbers([2.0, 2.0])[0])
        assert_close(memory["post_mean"], numbers([3.0])[0])


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CovarianceClaims]

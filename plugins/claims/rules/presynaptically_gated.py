"""Presynaptically gated Hebbian learning: Gerstner & Kistler (2002), Spiking Neuron Models, chapter 10.

dw_ij = x_j (y_i - ybar_i), ybar a running mean, by its value from before the step. Over n stimuli it moves by
1 - (1 - 1/tau)^n towards their mean.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers


class PresynapticallyGatedClaims(RuleClaims):
    """Δw = x (y - ȳ)."""

    of = "presynaptically_gated"
    cases = ({}, {"time_constant": 4.0}, {"time_constant": 1.0})
    examples = (
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[1.0, 2.0]],
                "g": [[3.0]],
                "memory": {"post_mean": [2.0]},
            },
            expected=[[1.0, 2.0]],
            note="1 (3 - 2) = 1, 2 (3 - 2) = 2; the weights do not matter",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
                "memory": {"post_mean": [0.5, 1.0]},
            },
            expected=[[0.75, -9.0], [0.0, 10.0]],
            note="neuron 0: 1·1.5 - 0.5·1.5, -2·1.5 - 4·1.5; neuron 1: -1 + 0.5·2, 2·1 + 4·2",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[3.0, 6.0]],
            note="the mean begins at 0, and moves after it was used: 1·3, 2·3",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """While the input is active, it grows with activity above the mean and shrinks below it."""
        return float(s.x * (s.g - s.memory["post_mean"]))

    def remember(self, rule: Any, n: Neuron) -> dict[str, float]:
        """The running mean, after as many stimuli."""
        mean = n.memory["post_mean"]
        kept = (1 - 1 / rule.time_constant) ** n.stimuli
        return {"post_mean": kept * mean + (1 - kept) * sum(n.g) / len(n.g)}

    @holds
    def usual_activity_teaches_nothing(self, rule: Rule) -> None:
        """A neuron that is always as active as on average keeps its weights, whatever its inputs."""
        x, y = numbers([1.0, -2.0], [3.0, 0.5]), numbers([2.0], [2.0])
        memory = {"post_mean": numbers([2.0])[0]}
        assert_close(change(rule, numbers([0.3, 1.0]), x, y, memory), numbers([0.0, 0.0]))
        assert_close(memory["post_mean"], numbers([2.0])[0])

    @holds
    def a_batch_is_as_many_stimuli(self, rule: Rule) -> None:
        """Four equal stimuli at once move the mean as far as one by one."""
        x, y, w = numbers([1.0, -2.0]), numbers([3.0]), numbers([0.3, 1.0])
        one_by_one = {"post_mean": numbers([1.0])[0]}
        at_once = {"post_mean": numbers([1.0])[0]}
        for _ in range(4):
            change(rule, w, x, y, one_by_one)
        change(rule, w, x.expand(4, 2), y.expand(4, 1), at_once)
        assert_close(at_once["post_mean"], one_by_one["post_mean"])

    @holds
    def the_mean_is_found(self, rule: Rule) -> None:
        """After many stimuli the mean is that of the neuron's activity, and changes sum to the covariance."""
        x, y = numbers([1.0, 0.0], [3.0, 0.0], [2.0, 4.0]), numbers([5.0], [1.0], [3.0])
        quick = rule.model_copy(update={"time_constant": 2.0})
        memory: dict[str, Any] = {}
        for _ in range(40):
            dw = change(quick, numbers([0.3, 1.0]), x, y, memory)
        # mean 3: 1·2 + 3·(-2) + 2·0 = -4 and 4·0 = 0
        assert_close(memory["post_mean"], numbers([3.0])[0])
        assert_close(dw, numbers([-4.0, 0.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PresynapticallyGatedClaims]

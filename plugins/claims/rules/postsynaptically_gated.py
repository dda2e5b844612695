"""Postsynaptically gated Hebbian learning: Gerstner & Kistler (2002), Spiking Neuron Models, chapter 10.

dw_ij = y_i (x_j - xbar_j), xbar a running mean, by its value from before the step. Over n stimuli it moves by
1 - (1 - 1/tau)^n towards their mean.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, Input, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers


class PostsynapticallyGatedClaims(RuleClaims):
    """Δw = y (x - x̄)."""

    of = "postsynaptically_gated"
    cases = ({}, {"time_constant": 4.0}, {"time_constant": 1.0})
    examples = (
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[1.0, 2.0]],
                "g": [[3.0]],
                "memory": {"pre_mean": [0.5, 3.0]},
            },
            expected=[[1.5, -3.0]],
            note="3 (1 - 0.5) = 1.5, 3 (2 - 3) = -3; the weights do not matter",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
                "memory": {"pre_mean": [0.5, 1.0]},
            },
            expected=[[1.0, -9.0], [0.0, 9.0]],
            note="neuron 0: 2·0.5 - 1·0, 2·(-3) - 1·3; neuron 1: 3·0, 3·3",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[3.0, 6.0]],
            note="the means begin at 0, and move after they were used: 3·1, 3·2",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """While the neuron is active, inputs above their mean grow and those below it shrink."""
        return float(s.g * (s.x - s.memory["pre_mean"]))

    def remember_input(self, rule: Any, n: Input) -> dict[str, float]:
        """The running mean, after as many stimuli."""
        mean = n.memory["pre_mean"]
        kept = (1 - 1 / rule.time_constant) ** n.stimuli
        return {"pre_mean": kept * mean + (1 - kept) * sum(n.x) / len(n.x)}

    @holds
    def usual_inputs_teach_nothing(self, rule: Rule) -> None:
        """Inputs that are always as on average keep their weights, however active the neuron."""
        x, y = numbers([1.0, -2.0], [1.0, -2.0]), numbers([2.0], [5.0])
        memory = {"pre_mean": numbers([1.0, -2.0])[0]}
        assert_close(change(rule, numbers([0.3, 1.0]), x, y, memory), numbers([0.0, 0.0]))
        assert_close(memory["pre_mean"], numbers([1.0, -2.0])[0])

    @holds
    def a_batch_is_as_many_stimuli(self, rule: Rule) -> None:
        """Four equal stimuli at once move the means as far as one by one."""
        x, y, w = numbers([1.0, -2.0]), numbers([3.0]), numbers([0.3, 1.0])
        one_by_one = {"pre_mean": numbers([0.0, 1.0])[0]}
        at_once = {"pre_mean": numbers([0.0, 1.0])[0]}
        for _ in range(4):
            change(rule, w, x, y, one_by_one)
        change(rule, w, x.expand(4, 2), y.expand(4, 1), at_once)
        assert_close(at_once["pre_mean"], one_by_one["pre_mean"])

    @holds
    def the_means_are_found(self, rule: Rule) -> None:
        """After many stimuli the means are those of the inputs, and changes sum to the covariance."""
        x, y = numbers([1.0, 0.0], [3.0, 0.0], [2.0, 6.0]), numbers([5.0], [1.0], [3.0])
        quick = rule.model_copy(update={"time_constant": 2.0})
        memory: dict[str, Any] = {}
        for _ in range(40):
            dw = change(quick, numbers([0.3, 1.0]), x, y, memory)
        # means 2 and 2: 5·(-1) + 1·1 + 3·0 = -4 and 5·(-2) + 1·(-2) + 3·4 = 0
        assert_close(memory["pre_mean"], numbers([2.0, 2.0])[0])
        assert_close(dw, numbers([-4.0, 0.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PostsynapticallyGatedClaims]

"""The supervised head of SoftHebb: Journé et al. (2023), arXiv 2209.11883, in its code.

The rule of SoftHebb with g replaced by what a signal says, such as the one-hot label: dw = t (x - u w).
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, cloud, numbers


class SoftHebbClampedClaims(RuleClaims):
    """Δw = t (x - u w)."""

    of = "softhebb_clamped"
    cases = ({}, {"signal": "reward"})
    examples = (
        Example(
            given={
                "w": [[0.6, 0.8]],
                "x": [[1.0, 2.0]],
                "u": [[2.2]],
                "v": [[2.2]],
                "g": [[0.5]],
                "signals": {"teacher": [[1.0]]},
            },
            expected=[[-0.32, 0.24]],
            note="u = 2.2, and g does not matter: 1 - 2.2·0.6 = -0.32, 2 - 2.2·0.8 = 0.24",
        ),
        Example(
            given={
                "w": [[2.0, 0.0], [0.0, 1.0]],
                "x": [[1.0, 3.0]],
                "u": [[2.0, 3.0]],
                "v": [[2.0, 3.0]],
                "g": [[0.75, -0.25]],
                "signals": {"teacher": [[0.0, 1.0]]},
            },
            expected=[[0.0, 0.0], [1.0, 0.0]],
            note="the second is the label's: 1 - 3·0, 3 - 3·1; the first is not, and learns nothing",
        ),
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[2.0, 1.0], [0.0, -2.0]],
                "u": [[0.0], [2.0]],
                "v": [[0.0], [2.0]],
                "g": [[9.0], [9.0]],
                "signals": {"reward": [1.0, -0.5]},
            },
            expected=[[2.5, 1.0]],
            parameters={"signal": "reward"},
            note="1 (2 - 0) - 0.5 (0 - 2·0.5) = 2.5, 1 (1 - 0) - 0.5 (-2 + 2·1) = 1",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """As SoftHebb, by what the neuron is told to be."""
        return s.signals[rule.signal] * (s.x - s.v * s.w_e)

    @holds
    def what_it_answers_does_not_matter(self, rule: Rule) -> None:
        """Plasticity activity has no say."""
        x, w = numbers([1.0, 2.0]), numbers([0.3, -2.0])
        told: dict[str, Any] = {rule.signal: numbers([2.0])}  # type: ignore[attr-defined]
        for g in (0.0, 1.0, -5.0):
            # u = -3.7: 2 (1 + 3.7·0.3) and 2 (2 - 3.7·2)
            assert_close(change(rule, w, x, numbers([g]), **told), numbers([4.22, -10.8]))

    @holds
    def finds_the_mean_direction_of_its_class(self, rule: Rule) -> None:
        """Told to be active for one class alone, it comes to that class's mean direction, at unit length."""
        x = cloud() + numbers([4.0, -3.0])
        others = cloud() - numbers([9.0, 9.0])
        active = [1.0] * 16 + [0.0] * 16
        told: dict[str, Any] = {rule.signal: numbers(active).T}  # type: ignore[attr-defined]
        stimuli, w = numbers(*x.tolist(), *others.tolist()), numbers([0.1, 0.1])
        for _ in range(400):
            w = w + 0.05 / 16 * change(rule, w, stimuli, **told)
        assert_close(w, numbers([0.8, -0.6]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftHebbClampedClaims]

"""Lateral decorrelation: Földiák (1990), Biol. Cybernetics 64, 165-170.

dw_ik = -alpha (y_i y_k - p^2), alpha the rate.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers


class FoldiakClaims(RuleClaims):
    """Δw = -(y_i y_k - p²); y_k is the lateral projection's input."""

    of = "foldiak"
    cases = ({}, {"p": 0.5}, {"p": 0.05})
    examples = (
        Example(
            given={"w": [[0.0, 0.0]], "x": [[1.0, 0.0]], "g": [[1.0]]},
            expected=[[-0.984375, 0.015625]],
            note="p² = 1/64: -(1 - 1/64) where both are active, 1/64 where one is silent",
        ),
        Example(
            given={
                "w": [[0.0, -1.0], [-1.0, 0.0]],
                "x": [[1.0, 0.0], [1.0, 1.0]],
                "g": [[1.0, 0.0], [0.0, 1.0]],
            },
            expected=[[-0.5, 0.5], [-0.5, -0.5]],
            parameters={"p": 0.5},
            note="p² = 0.25: neuron 0: -0.75 + 0.25, 0.25 + 0.25; neuron 1: 0.25 - 0.75, 0.25 - 0.75",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """Inhibition grows where two are active together more often than by chance."""
        return float(-(s.g * s.x - rule.p * rule.p))

    @holds
    def independent_neurons_rest(self, rule: Rule) -> None:
        """Two that are active independently of each other, with probability p each, keep their weight."""
        for m in (2, 4, 8):
            often = rule.model_copy(update={"p": 1 / m})
            x = numbers(*([float(i % m == 0)] for i in range(m * m)))
            y = numbers(*([float(i // m == 0)] for i in range(m * m)))
            assert_close(change(often, numbers([-0.3]), x, y), numbers([0.0]))

    @holds
    def those_that_are_always_together_inhibit_each_other(self, rule: Rule) -> None:
        """Active in 1 of 4 stimuli, always together, -(1 - 4/16); never together, +4/16."""
        quarter = rule.model_copy(update={"p": 0.25})
        x = numbers([1.0], [0.0], [0.0], [0.0])
        assert_close(change(quarter, numbers([-0.3]), x, x), numbers([-0.75]))
        assert_close(change(quarter, numbers([-0.3]), x, x.flip(0)), numbers([0.25]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [FoldiakClaims]

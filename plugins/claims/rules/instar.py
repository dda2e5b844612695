"""Grossberg (1976), Biol. Cybernetics 23, 121-134; summed over batch and positions as in Miconi (2021)."""

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers, settled


class InstarClaims(RuleClaims):
    """Δw = y (x - w)."""

    of = "instar"
    examples = (
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[1.5, 9.0]],
            note="3 (1 - 0.5) = 1.5, 3 (2 + 1) = 9",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
            },
            expected=[[1.3, -8.4], [-1.5, 15.0]],
            note="neuron 0: 2·0.8 - 1·0.3, 2·(-2.4) - 1·3.6; neuron 1: 3·(-0.5), 3·5",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "w_e": [[2.0, 0.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[-3.0, 6.0]],
            note="the effective weights decay: 3 (1 - 2), 3 (2 - 0)",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """While the neuron is active, the weight moves towards the input."""
        return s.g * (s.x - s.w_e)

    @holds
    def rests_on_the_mean(self, rule: Rule) -> None:
        """A neuron that holds the mean of the inputs it wins does not change."""
        x = numbers([1.0, 4.0], [3.0, -2.0], [9.0, 9.0])
        won = numbers([1.0, 1.0, 0.0]).T  # the mean of the first two is (2, 1)
        assert_close(change(rule, numbers([2.0, 1.0]), x, won), numbers([0.0, 0.0]))

    @holds
    def finds_the_weighted_mean(self, rule: Rule) -> None:
        """From anywhere, a neuron comes to the mean of its inputs, weighted by its activity."""
        x = numbers([1.0, 4.0], [3.0, -2.0], [-1.0, 0.0])
        active = numbers([1.0, 2.0, 1.0]).T  # (1 + 2·3 - 1) / 4 = 1.5, (4 - 2·2 + 0) / 4 = 0
        assert_close(settled(rule, numbers([-7.0, 5.0]), x, active), numbers([1.5, 0.0]))

    @holds
    def silent_neurons_keep_their_weights(self, rule: Rule) -> None:
        """A silent neuron does not change; an active one decays on a silent input."""
        w, x = numbers([0.3, -2.0]), numbers([1.0, 2.0])
        assert_close(change(rule, w, x, g=numbers([0.0])), numbers([0.0, 0.0]))
        assert_close(change(rule, w, 0 * x, g=numbers([2.0])), numbers([-0.6, 4.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [InstarClaims]

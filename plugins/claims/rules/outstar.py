"""Grossberg (1969), the outstar: dw_ij = x_j (y_i - w_ij)."""

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers, settled


class OutstarClaims(RuleClaims):
    """Δw = x (y - w)."""

    of = "outstar"
    examples = (
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[2.5, 8.0]],
            note="1 (3 - 0.5) = 2.5, 2 (3 + 1) = 8",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
            },
            expected=[[1.2, -8.8], [0.0, 14.0]],
            note="neuron 0: 1.8 - 0.5·1.2, -2·1.6 - 4·1.4; neuron 1: 1 (0 - 1) + 0.5 (3 - 1), -2·1 + 4·4",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "w_e": [[2.0, 0.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[1.0, 6.0]],
            note="the effective weights decay: 1 (3 - 2), 2 (3 - 0)",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """While the input is active, the weight moves towards the neuron's activity."""
        return s.x * (s.g - s.w_e)

    @holds
    def rests_on_the_mean_response(self, rule: Rule) -> None:
        """A synapse that holds the neuron's mean activity, weighted by its input's, does not change."""
        x, y = numbers([1.0, 1.0], [2.0, 0.0], [1.0, 3.0]), numbers([4.0, 1.0, 2.0]).T
        # (4 + 2·1 + 2) / 4 = 2 and (4 + 3·2) / 4 = 2.5
        assert_close(change(rule, numbers([2.0, 2.5]), x, y), numbers([0.0, 0.0]))

    @holds
    def finds_the_mean_response(self, rule: Rule) -> None:
        """From anywhere, a synapse comes to that mean."""
        x, y = numbers([1.0, 1.0], [2.0, 0.0], [1.0, 3.0]), numbers([4.0, 1.0, 2.0]).T
        assert_close(settled(rule, numbers([-7.0, 5.0]), x, y), numbers([2.0, 2.5]))

    @holds
    def silent_inputs_keep_their_weights(self, rule: Rule) -> None:
        """A synapse changes while its input is active, also towards a silent neuron; else it does not."""
        w, x = numbers([0.3, -2.0]), numbers([0.0, 2.0])
        assert_close(change(rule, w, x, g=numbers([5.0])), numbers([0.0, 14.0]))
        assert_close(change(rule, w, x, g=numbers([0.0])), numbers([0.0, 4.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [OutstarClaims]

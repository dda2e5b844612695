"""The generalised Hebbian algorithm: Sanger (1989), Neural Networks 2, 459-473; as HPCA in Lagani's code.

dw_ij = y_i x_j - y_i sum over k <= i of y_k w_kj.
"""

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, cloud, numbers, settled


class SangerClaims(RuleClaims):
    """Δw_i = y_i (x - Σ_{k <= i} y_k w_k)."""

    of = "sanger"
    examples = (
        Example(
            given={"w": [[0.6, 0.8]], "x": [[1.0, 2.0]], "g": [[2.2]]},
            expected=[[-0.704, 0.528]],
            note="one neuron is Oja's: 2.2 (1 - 2.2·0.6) = -0.704, 2.2 (2 - 2.2·0.8) = 0.528",
        ),
        Example(
            given={"w": [[1.0, 0.0], [0.5, 2.0]], "x": [[1.0, 2.0]], "g": [[3.0, 4.0]]},
            expected=[[-6.0, 6.0], [-16.0, -24.0]],
            note="neuron 0: 3 (1 - 3), 3 (2 - 0); neuron 1: 4 (1 - 3 - 2), 4 (2 - 0 - 8)",
        ),
        Example(
            given={
                "w": [[1.0, 0.0], [0.0, 1.0]],
                "x": [[2.0, 1.0], [-1.0, 3.0]],
                "g": [[2.0, 1.0], [-1.0, 3.0]],
            },
            expected=[[0.0, -1.0], [0.0, 0.0]],
            note="neuron 0: 2 (2 - 2) - (-1 + 1), 2·1 - 1·3; both together rebuild x, so neuron 1 has nothing left",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """Growth with what it and those before it do not yet rebuild of the input that they share."""
        before = [k for k in s.layer if k.neuron <= s.neuron and k.group == s.group]
        return s.g * (s.x - sum(k.g * k.w for k in before))

    @holds
    def finds_the_components_in_order(self, rule: Rule) -> None:
        """Two linear neurons come to the first and to the second component, at unit length."""
        for start in (numbers([0.5, 0.3], [-0.3, 0.4]), numbers([0.1, 0.5], [-2.0, 1.0])):
            assert_close(settled(rule, start, cloud()), numbers([0.6, 0.8], [-0.8, 0.6]))

    @holds
    def components_in_order_are_a_fixed_point(self, rule: Rule) -> None:
        """Once they hold the components nothing changes, whatever the signs, nor in the other order."""
        for first, second in ((1, 1), (-1, 1), (1, -1)):
            w = numbers([0.6 * first, 0.8 * first], [-0.8 * second, 0.6 * second])
            assert_close(change(rule, w, cloud()), 0 * w)
            assert_close(change(rule, w.flip(0), cloud()), 0 * w)

    @holds
    def the_first_does_not_know_of_the_second(self, rule: Rule) -> None:
        """The first neuron learns as Oja's rule says, whatever the others; the second does not."""
        w = numbers([0.3, -2.0], [1.0, 0.5])
        alone = change(rule, w[:1], cloud())
        y = cloud() @ w[:1].T
        assert_close(alone, (y * (cloud() - y * w[:1])).sum(0, keepdim=True))
        together = change(rule, w, cloud())
        assert_close(together[:1], alone)
        assert not together[1:].allclose(change(rule, w[1:], cloud()))

    @holds
    def two_of_the_same_place_move_apart(self, rule: Rule) -> None:
        """Where both hold the first component, the second has its activity twice subtracted, and shrinks."""
        w = numbers([0.6, 0.8], [0.6, 0.8])
        # Σ y² = 16·5 = 80: the second changes by 80 w - 2·80 w
        assert_close(change(rule, w, cloud()), numbers([0.0, 0.0], [-48.0, -64.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SangerClaims]

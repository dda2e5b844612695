"""Oja (1982), J. Math. Biol. 15, 267-273, eq. 3."""

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, cloud, numbers, settled


class OjaClaims(RuleClaims):
    """Δw = y (x - y w)."""

    of = "oja"
    examples = (
        Example(
            given={"w": [[0.6, 0.8]], "x": [[1.0, 2.0]], "g": [[2.2]]},
            expected=[[-0.704, 0.528]],
            note="y = 2.2: 2.2 (1 - 2.2·0.6) = -0.704, 2.2 (2 - 2.2·0.8) = 0.528",
        ),
        Example(
            given={
                "w": [[1.0, 0.0], [0.5, -1.0]],
                "x": [[2.0, 1.0], [-1.0, 3.0]],
                "g": [[2.0, 0.0], [-1.0, -3.5]],
            },
            expected=[[0.0, -1.0], [-2.625, 1.75]],
            note="neuron 0: 2 (2 - 2) - 1 (-1 + 1), 2·1 - 1·3; neuron 1: -3.5 (-1 + 1.75), -3.5 (3 - 3.5)",
        ),
        Example(
            given={"w": [[0.6, 0.8]], "w_e": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[2.0]]},
            expected=[[0.0, 8.0]],
            note="the effective weights decay: 2 (1 - 2·0.5), 2 (2 + 2·1)",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """Growth with pre and post, decay with post squared."""
        return s.g * (s.x - s.g * s.w_e)

    @holds
    def unit_length_is_kept(self, rule: Rule) -> None:
        """For one linear neuron, w·Δw = Σ y² (1 - |w|²)."""
        for w in (numbers([0.3, -2.0]), numbers([0.1, 0.2]), numbers([0.6, 0.8])):
            y = cloud() @ w.T
            grown = (y * y).sum() * (1 - (w * w).sum())
            assert_close((w * change(rule, w, cloud())).sum(), grown)

    @holds
    def finds_the_first_component(self, rule: Rule) -> None:
        """One linear neuron comes to the first principal component, at unit length, on the side where it began."""
        assert_close(settled(rule, numbers([0.5, -0.1]), cloud()), numbers([0.6, 0.8]))
        assert_close(settled(rule, numbers([-2.0, 0.3]), cloud()), numbers([-0.6, -0.8]))

    @holds
    def components_are_fixed_points(self, rule: Rule) -> None:
        """Every principal component of unit length, and zero, is a fixed point."""
        for w in (numbers([0.6, 0.8]), numbers([-0.8, 0.6]), numbers([0.0, 0.0])):
            assert_close(change(rule, w, cloud()), numbers([0.0, 0.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [OjaClaims]

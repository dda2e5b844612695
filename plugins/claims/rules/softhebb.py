"""Moraitis et al. (2022), Neuromorph. Comput. Eng. 2, 044017; Journé et al. (2023), arXiv 2209.11883.

dw = corr(x, g) - S(g u) w: per stimulus and position, g (x - u w), where u is the drive that competes.
"""

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, cloud, numbers, settled


class SoftHebbClaims(RuleClaims):
    """Δw = g (x - u w), g the signed softmax, u the drive before it."""

    of = "softhebb"
    examples = (
        Example(
            given={"w": [[0.6, 0.8]], "x": [[1.0, 2.0]], "u": [[2.2]], "v": [[2.2]], "g": [[0.5]]},
            expected=[[-0.16, 0.12]],
            note="u = 0.6 + 1.6 = 2.2: 0.5 (1 - 2.2·0.6) = -0.16, 0.5 (2 - 2.2·0.8) = 0.12",
        ),
        Example(
            given={
                "w": [[2.0, 0.0], [0.0, 1.0]],
                "x": [[1.0, 1.0]],
                "u": [[2.0, 1.0]],
                "v": [[2.0, 1.0]],
                "g": [[0.75, -0.25]],
            },
            expected=[[-2.25, 0.75], [-0.25, 0.0]],
            note="winner: 0.75 (1 - 2·2), 0.75 (1 - 0); anti-Hebbian loser: -0.25 (1 - 0), -0.25 (1 - 1·1)",
        ),
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[2.0, 1.0], [0.0, -2.0]],
                "u": [[0.0], [2.0]],
                "v": [[0.0], [2.0]],
                "g": [[1.0], [-0.5]],
            },
            expected=[[2.5, 1.0]],
            note="1 (2 - 0) - 0.5 (0 - 2·0.5) = 2.5, 1 (1 - 0) - 0.5 (-2 + 2·1) = 1",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """Growth with pre and post, decay with post times the drive that competed."""
        return s.g * (s.x - s.v * s.w_e)

    @holds
    def nothing_to_learn_from_its_own_input(self, rule: Rule) -> None:
        """Where x = u w the change vanishes, whatever the plasticity activity."""
        w = numbers([0.6, 0.8])
        x = numbers([1.2, 1.6], [-3.0, -4.0])  # u = 2 and -5
        assert_close(change(rule, w, x, numbers([0.7, -0.4]).T), numbers([0.0, 0.0]))

    @holds
    def unit_length_is_kept(self, rule: Rule) -> None:
        """For linear neurons, w·Δw = Σ g u (1 - |w|²): of unit length they stay so."""
        active = cloud()[:, :1] * cloud()[:, 1:]
        for w in (numbers([0.3, -2.0]), numbers([0.1, 0.2]), numbers([0.6, 0.8])):
            u = cloud() @ w.T
            grown = (active * u).sum() * (1 - (w * w).sum())
            assert_close((w * change(rule, w, cloud(), active)).sum(), grown)

    @holds
    def finds_the_direction_of_the_mean(self, rule: Rule) -> None:
        """A neuron that wins every input alike comes to their mean direction, at unit length."""
        x = cloud() + numbers([4.0, -3.0])
        everything = cloud().new_ones(16, 1)
        for start in (numbers([0.1, 0.0]), numbers([2.0, 1.0])):
            assert_close(settled(rule, start, x, everything), numbers([0.8, -0.6]))

    @holds
    def with_linear_activity_it_is_oja(self, rule: Rule) -> None:
        """With g = u it is Oja's rule: the first principal component, at unit length."""
        assert_close(settled(rule, numbers([0.5, -0.1]), cloud()), numbers([0.6, 0.8]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SoftHebbClaims]

"""Anti-Hebbian learning: Hebb (1949) with the opposite sign."""

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, cloud, numbers, settled


class AntiHebbClaims(RuleClaims):
    """Δw = -y x."""

    of = "anti_hebb"
    examples = (
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]]},
            expected=[[-3.0, -6.0]],
            note="-3·1 = -3, -3·2 = -6; the weights do not matter",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
            },
            expected=[[-1.5, 8.0], [-1.5, -12.0]],
            note="neuron 0: -2·1 + 1·0.5, 2·2 + 1·4; neuron 1: -3·0.5, -3·4",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """What fires together comes apart."""
        return -s.g * s.x

    @holds
    def shrinks_along_an_eigenvector(self, rule: Rule) -> None:
        """A linear neuron on an eigenvector of the correlation stays on it and shrinks by the eigenvalue."""
        x = cloud()  # mean squares 5 and 1.25, each summed over 16 stimuli
        assert_close(change(rule, numbers([0.6, 0.8]), x), -16 * 5 * numbers([0.6, 0.8]))
        assert_close(change(rule, numbers([-0.8, 0.6]), x), -16 * 1.25 * numbers([-0.8, 0.6]))

    @holds
    def linear_neurons_fall_silent(self, rule: Rule) -> None:
        """A linear neuron unlearns all that drives it."""
        assert_close(settled(rule, numbers([3.0, -2.0]), cloud()), numbers([0.0, 0.0]))

    @holds
    def silence_teaches_nothing(self, rule: Rule) -> None:
        """Nothing changes where the neuron or the input is silent."""
        w, x = numbers([0.3, -2.0]), numbers([1.0, 2.0])
        assert_close(change(rule, w, x, g=numbers([0.0])), numbers([0.0, 0.0]))
        assert_close(change(rule, w, 0 * x, g=numbers([3.0])), numbers([0.0, 0.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [AntiHebbClaims]

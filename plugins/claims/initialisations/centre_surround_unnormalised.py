"""The centre-surround initialisation of Nimmo's code, which no result uses (discrepancy N37).

Both Gaussians peak at 1 there, so that the centre is 0 and all else has one sign; their difference is divided by the
sum of its sizes over the whole layer, times R / (2 sqrt(N)), R = 25, N the fan-in; γ ~ U(0, 0.5) for each filter.
"""

from math import sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class CentreSurroundUnnormalisedClaims(InitialisationClaims):
    """± (e^(-r²/2γ²σ²) - e^(-r²/2σ²)), over the layer's sum."""

    of = "centre_surround_unnormalised"
    cases = ({}, {"radius": 2.0})

    def _whole(self, initialisation: Any, fan_in: int) -> float:
        """What the sizes of all neurons' weights from one input channel sum to."""
        return float(initialisation.radius / (2 * sqrt(fan_in)))

    @holds
    def the_centre_is_zero_and_the_rest_has_one_sign(self, initialisation: Initialisation) -> None:
        """e^0 - e^0 = 0 at the centre; elsewhere the narrow Gaussian is the smaller one, in every filter."""
        w = initialisation.draw((40, 3, 5, 5), 75, torch.Generator().manual_seed(0), None)
        assert_close(w[:, :, 2, 2], torch.zeros(40, 3))
        for kernel in w[:, 0]:
            assert bool((kernel >= 0).all()) != bool((kernel <= 0).all())

    @holds
    def half_have_each_sign(self, initialisation: Initialisation) -> None:
        """Of 40 neurons 20 are positive."""
        w = initialisation.draw((40, 1, 3, 3), 9, torch.Generator().manual_seed(0), None)
        assert int((w.flatten(1).sum(1) > 0).sum()) == 20

    @holds
    def sizes_sum_to_the_same_in_any_layer(self, initialisation: Initialisation) -> None:
        """Over the layer, of one input channel, they sum to R / (2 sqrt(N)), so that more filters are weaker ones."""
        for neurons, channels, k in ((4, 3, 5), (400, 3, 5), (10, 1, 3)):
            fan_in = channels * k * k
            rng = torch.Generator().manual_seed(0)
            w = initialisation.draw((neurons, channels, k, k), fan_in, rng, None)
            sums = w.abs().sum((0, 2, 3)).double()
            expected = torch.full_like(sums, self._whole(initialisation, fan_in))
            assert_close(sums, expected, rtol=1e-4, atol=0.0)

    @holds
    def by_hand(self, initialisation: Initialisation) -> None:
        """R 25 and 3 x 5 x 5 synapses: 12.5 / sqrt(75) = 1.443376, for 8 neurons together."""
        published = type(initialisation)()
        w = published.draw((8, 3, 5, 5), 75, torch.Generator().manual_seed(1), None)
        assert abs(float(w[:, 1].abs().sum()) - 1.443376) < 1e-4


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CentreSurroundUnnormalisedClaims]

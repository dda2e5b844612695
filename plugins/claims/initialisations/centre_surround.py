"""Differences of two Gaussians, each of unit integral: Babaiee et al. (2024), as in facts.md 4c.

With centre width γσ and surround width σ = (k/4) sqrt((1 - γ²) / (-ln γ)) the profile is proportional to
e^(-r²/2γ²σ²) / γ² - e^(-r²/2σ²), and crosses zero where r² = 4 γ²σ² (-ln γ) / (1 - γ²), which is (γ k / 2)².
"""

from math import exp, log, sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class CentreSurroundClaims(InitialisationClaims):
    """Half on-centre, half off-centre; the amplitude is each filter's own."""

    of = "centre_surround"
    cases = ({}, {"gamma": 0.2, "amplitude": 3.0}, {"gamma": 0.45})

    def _profile(self, initialisation: Any, r: float, k: int) -> float:
        """The weight at distance r from the centre of a kernel of side k, over that at the centre."""
        gamma = initialisation.gamma
        sigma = k / 4 * sqrt((1 - gamma**2) / -log(gamma))
        narrow = exp(-(r**2) / (2 * (gamma * sigma) ** 2)) / gamma**2
        return float((narrow - exp(-(r**2) / (2 * sigma**2))) / (1 / gamma**2 - 1))

    @holds
    def the_profile_is_that_of_the_two_gaussians(self, initialisation: Initialisation) -> None:
        """At every pixel, over the weight at the centre, for kernels of 3, 5, 9 and 15 pixels."""
        for k in (3, 5, 9, 15):
            w = initialisation.draw((6, 1, k, k), k * k, torch.Generator().manual_seed(k), None)
            middle = k // 2
            for i in range(k):
                for j in range(k):
                    r = sqrt((i - middle) ** 2 + (j - middle) ** 2)
                    found = (w[:, 0, i, j] / w[:, 0, middle, middle]).double()
                    expected = torch.full_like(found, self._profile(initialisation, r, k))
                    assert_close(found, expected, rtol=1e-4, atol=1e-6)

    @holds
    def by_hand_at_one_pixel(self, initialisation: Initialisation) -> None:
        """γ 0.35, k 5: σ² = 1.30602, and at r = 1 (0.043927 / 0.1225 - 0.681921) / 7.163265 = -0.045137."""
        chosen = type(initialisation).model_validate({"gamma": 0.35})
        w = chosen.draw((2, 1, 5, 5), 25, torch.Generator().manual_seed(0), None)
        found = float(w[0, 0, 2, 3] / w[0, 0, 2, 2])
        assert abs(found + 0.045137) < 2e-5, found

    @holds
    def it_changes_sign_at_gamma_k_over_two(self, initialisation: Initialisation) -> None:
        """Pixels nearer than γ k / 2 have the sign of the centre, those further the other one."""
        k = 11
        w = initialisation.draw((4, 1, k, k), k * k, torch.Generator().manual_seed(0), None)
        crossing = initialisation.gamma * k / 2  # type: ignore[attr-defined]
        for i in range(k):
            for j in range(k):
                r = sqrt((i - 5) ** 2 + (j - 5) ** 2)
                if abs(r - crossing) < 1e-6:
                    continue
                alike = w[:, 0, i, j].sign() == w[:, 0, 5, 5].sign()
                assert bool(alike.all()) == (r < crossing), (i, j)
                assert bool(alike.any()) == (r < crossing), (i, j)

    @holds
    def half_are_on_centre(self, initialisation: Initialisation) -> None:
        """Of 20 neurons 10 have a positive centre, and which ones is drawn."""
        signs = [
            initialisation.draw((20, 3, 5, 5), 75, torch.Generator().manual_seed(s), None)[
                :, 0, 2, 2
            ]
            > 0
            for s in range(2)
        ]
        assert [int(on.sum()) for on in signs] == [10, 10]
        assert not torch.equal(*signs)

    @holds
    def filters_are_as_large_however_many_there_are(self, initialisation: Initialisation) -> None:
        """The amplitude is a filter's own (N37): <|w|²> = A² among 4 neurons and among 400; A only scales."""
        amplitude = initialisation.amplitude  # type: ignore[attr-defined]
        louder = initialisation.model_copy(update={"amplitude": 2 * amplitude})
        for neurons in (4, 400):
            shape, fan_in = (neurons, 50, 5, 5), 1250
            w = initialisation.draw(shape, fan_in, torch.Generator().manual_seed(0), None)
            found = float(w.square().sum((1, 2, 3)).mean()) / amplitude**2
            # with normal amplitudes of 50 channels |w|² has an s.d. of sqrt(2/50); five standard errors
            assert abs(found - 1) < 5 * sqrt(2 / 50 / neurons), (neurons, found)
            twice = louder.draw(shape, fan_in, torch.Generator().manual_seed(0), None)
            assert_close(twice, 2 * w)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CentreSurroundClaims]

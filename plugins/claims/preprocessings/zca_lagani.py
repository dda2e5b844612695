"""ZCA as in Amato et al. (2019) and Lagani's code: standardised per channel, ε on the eigenvalues (facts.md 4b)."""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.tilted import (
    POINTS,
    TILTED,
    TOLERANCE,
    preprocessed,
    stretched,
)


class ZcaLaganiClaims(PreprocessingClaims):
    """V (L + ε)^(-1/2) Vᵀ of images over the mean and spread of each channel; ε is 0.1."""

    of = "zca_lagani"
    cases = ({}, {"epsilon": 0.7}, {"when": "train"})

    @holds
    def one_channel_of_two_pixels(self, part: Preprocessing) -> None:
        """The channel has s.d. √2.5, so that the variances are 4.5 / 2.5 = 1.8 and 0.5 / 2.5 = 0.2."""
        epsilon = part.epsilon  # type: ignore[attr-defined]
        found = preprocessed(part, TILTED.view(-1, 1, 1, 2) + 6, POINTS.view(-1, 1, 1, 2) + 6)
        factors = [1 / 2.5**0.5 / (variance + epsilon) ** 0.5 for variance in (1.8, 0.2)]
        assert_close(found.flatten(1), torch.tensor(stretched(*factors)), rtol=0, atol=TOLERANCE)

    @holds
    def by_hand_as_published(self, part: Preprocessing) -> None:
        """ε 0.1: 3 / √2.5 / sqrt(1.9) = 1.376494 along (1, 1), 1 / √2.5 / sqrt(0.3) = 1.154701 along (1, -1)."""
        published = type(part)()
        found = preprocessed(published, TILTED.view(-1, 1, 1, 2), POINTS.view(-1, 1, 1, 2))
        lengths = found.flatten(1).norm(dim=1)
        expected = torch.tensor([1.376494, 1.376494, 1.154701, 1.154701])
        assert_close(lengths, expected, rtol=0, atol=TOLERANCE)

    @holds
    def a_channel_has_one_mean_and_one_spread(self, part: Preprocessing) -> None:
        """A channel three times as strong, and shifted, comes out the same; the other is left alone."""
        rng = torch.Generator().manual_seed(0)
        train, x = (torch.rand(n, 2, 3, 3, generator=rng) for n in (80, 5))
        gain = torch.tensor([3.0, 1.0]).view(1, 2, 1, 1)
        found = preprocessed(part, gain * train + gain, gain * x + gain)
        assert_close(found, preprocessed(part, train, x), rtol=1e-3, atol=1e-3)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ZcaLaganiClaims]

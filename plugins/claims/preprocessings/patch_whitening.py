"""Whitening of each patch, for a 1x1 convolution that follows: Miconi (2021), method 2 (facts.md 1.1).

Patches become channels, C k k of them in the order of a kernel's weights, without padding, and are whitened by the ZCA
of patches of training images.
"""

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


class PatchWhiteningClaims(PreprocessingClaims):
    """V (L + ε)^(-1/2) Vᵀ (p - mean) for each patch p."""

    of = "patch_whitening"
    cases = ({}, {"kernel": 3, "epsilon": 0.1}, {"kernel": 3, "stimuli": 30, "when": "train"})

    @holds
    def patches_of_one_pixel_are_its_channels(self, part: Preprocessing) -> None:
        """With k = 1 the patches are the channels of a pixel: 3 / sqrt(4.5 + ε) and 1 / sqrt(0.5 + ε)."""
        epsilon = part.epsilon  # type: ignore[attr-defined]
        one = part.model_copy(update={"kernel": 1, "stimuli": 4000})
        found = preprocessed(one, TILTED.view(-1, 2, 1, 1), POINTS.view(-1, 2, 1, 1))
        expected = torch.tensor(stretched((4.5 + epsilon) ** -0.5, (0.5 + epsilon) ** -0.5))
        assert_close(found.flatten(1), expected, rtol=0, atol=TOLERANCE)

    @holds
    def patches_become_channels(self, part: Preprocessing) -> None:
        """Of white noise of variance 4 each patch comes out over sqrt(4 + ε), channel by channel, row by row."""
        epsilon, k = part.epsilon, part.kernel  # type: ignore[attr-defined]
        whole = part.model_copy(update={"stimuli": 5000})
        x = 2 * torch.randn(300, 2, 12, 11, generator=torch.Generator().manual_seed(0))
        found = preprocessed(whole, x, x[:20])
        patches = torch.nn.functional.unfold(x[:20], k).view(20, 2 * k * k, 13 - k, 12 - k)
        # 300 images give each correlation an error of at most 1 / sqrt(300 · 49); of 50 values, at most 5 s.d. of 6 %
        assert_close(found, patches / (4 + epsilon) ** 0.5, rtol=0, atol=0.6)
        assert float((found - patches / (4 + epsilon) ** 0.5).std()) < 0.08

    @holds
    def values_of_a_patch_become_independent(self, part: Preprocessing) -> None:
        """Of smoothed noise, neighbours correlate by 2/3; the channels of its whitened patches, by 2 % at most."""
        whole = part.model_copy(update={"stimuli": 5000, "epsilon": 1e-6})
        noise = torch.randn(400, 1, 16, 16, generator=torch.Generator().manual_seed(0))
        x = torch.nn.functional.avg_pool2d(noise, 3, 1)
        pairs = torch.stack([x[..., 1:].flatten(), x[..., :-1].flatten()])
        assert 0.6 < float(torch.corrcoef(pairs)[0, 1]) < 0.73
        found = preprocessed(whole, x, x).transpose(0, 1).flatten(1).double()
        correlations = torch.corrcoef(found) - torch.eye(len(found), dtype=torch.float64)
        assert float(correlations.abs().max()) < 0.02


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PatchWhiteningClaims]

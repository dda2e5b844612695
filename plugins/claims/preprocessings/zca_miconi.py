"""ZCA as in Miconi's notebook (facts.md 1.2; discrepancies M1, M2).

Each image is z-scored by itself, (v - mean) / (s.d. + 1e-10), s.d. with n - 1; T holds some of the training images as
rows; A = TᵀT / features + ε I, with no mean removed and the number of features in place of that of images.
"""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.tilted import preprocessed


class ZcaMiconiClaims(PreprocessingClaims):
    """A^(-1/2) t, t the z-scored image."""

    of = "zca_miconi"
    cases = ({}, {"epsilon": 0.5}, {"stimuli": 4}, {"when": "train"})

    @holds
    def images_of_two_pixels_by_hand(self, part: Preprocessing) -> None:
        """Eight of them: all become ±(1, -1) / √2, TᵀT / 2 = 4 along it, so that they come out by 1 / sqrt(4 + ε).

        A z-scored pair (a, b) has deviations ±d about its mean and an s.d. of √2 d: ±1 / √2, whatever a and b. Eight
        rows of length 1 along one axis give TᵀT = 8 there, over 2 features 4 (over 8 images it would be 1: M1). Of
        four, 2.
        """
        train = torch.tensor([[0.1, 0.7], [0.9, 0.2]]).repeat(4, 1)
        x = torch.tensor([[0.0, 0.5], [0.4, 0.3]])
        stimuli = part.stimuli  # type: ignore[attr-defined]
        epsilon = part.epsilon  # type: ignore[attr-defined]
        along = (min(8, stimuli) / 2 + epsilon) ** -0.5 / 2**0.5
        expected = torch.tensor([[-along, along], [along, -along]])
        assert_close(preprocessed(part, train, x), expected, rtol=1e-4, atol=1e-5)

    @holds
    def brightness_and_contrast_do_not_matter(self, part: Preprocessing) -> None:
        """An image three times as strong, and brighter by one, comes out the same."""
        rng = torch.Generator().manual_seed(0)
        train = torch.rand(20, 1, 3, 3, generator=rng)
        x = torch.rand(5, 1, 3, 3, generator=rng)
        found = preprocessed(part, train, 3 * x + 1)
        assert_close(found, preprocessed(part, train, x), rtol=1e-3, atol=1e-3)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ZcaMiconiClaims]

"""A band-pass: each image blurred by a narrow Gaussian less the same blurred by a wide one.

Marr & Hildreth (1980), Proc. R. Soc. Lond. B 207, 187-217, with widths of a ratio of 1.6.
"""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.tilted import preprocessed


class DifferenceOfGaussiansClaims(PreprocessingClaims):
    """x * (G_centre - G_surround), both of sum 1."""

    of = "difference_of_gaussians"
    cases = ({}, {"centre": 0.8}, {"surround": 2.5}, {"when": "train"})

    @holds
    def a_uniform_image_vanishes(self, part: Preprocessing) -> None:
        """1 - 1 = 0, at the border too."""
        x = torch.full((2, 3, 24, 24), 0.7)
        assert_close(preprocessed(part, x, x), torch.zeros_like(x), rtol=0, atol=1e-5)

    @holds
    def a_point_becomes_the_difference_of_two_gaussians(self, part: Preprocessing) -> None:
        """At the places of a map it is e^(-r²/2c²) / Σ - e^(-r²/2s²) / Σ, c and s the two widths."""
        x = torch.zeros(1, 1, 41, 41)
        x[0, 0, 20, 20] = 1
        found = preprocessed(part, x, x)[0, 0]
        square = (torch.arange(41) - 20.0).square()
        r2 = square[:, None] + square[None, :]
        widths = part.centre, part.surround  # type: ignore[attr-defined]
        narrow, wide = (torch.exp(-r2 / (2 * width**2)) for width in widths)
        expected = narrow / narrow.sum() - wide / wide.sum()
        # kernels end somewhere: at three widths a Gaussian has fallen to 1 % of its peak
        assert_close(found, expected, rtol=0, atol=0.012 * float(expected.max()))

    @holds
    def a_fine_and_a_coarse_grating_by_hand(self, part: Preprocessing) -> None:
        """Of a wave cos(q x) a Gaussian leaves e^(-q² width² / 2): at q = π/4, 1.0 and 1.6, 0.734599 - 0.454004."""
        chosen = type(part)()
        x = torch.cos(torch.arange(64.0) * torch.pi / 4).expand(1, 1, 64, 64)
        found = preprocessed(chosen, x, x)[0, 0, 32, 24:40]
        assert abs(float(found.abs().max()) - 0.280595) < 0.01, found.abs().max()


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DifferenceOfGaussiansClaims]

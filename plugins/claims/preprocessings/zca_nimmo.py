"""ZCA as in Nimmo's code, with its epsilon used twice (facts.md 3.1; discrepancies N3, N4, N5).

z = (v - μ) / (s.d. + e), per feature; covariance of z with n - 1; Z = V diag(1 / sqrt(l + e)) Vᵀ; z Z comes out.
"""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.standardised_zca import whitened
from neuroplast_plugins.claims.preprocessings.tilted import (
    POINTS,
    TILTED,
    TOLERANCE,
    preprocessed,
    stretched,
)


class ZcaNimmoClaims(PreprocessingClaims):
    """Standardised, then whitened."""

    of = "zca_nimmo"
    cases = ({}, {"epsilon": 0.5}, {"when": "train"})

    @holds
    def epsilon_acts_twice(self, part: Preprocessing) -> None:
        """Each value has s.d. √2.5: over √2.5 + e the variances are 4.5 / (√2.5 + e)² and 0.5 / (√2.5 + e)²."""
        e = part.epsilon  # type: ignore[attr-defined]
        divisor = 2.5**0.5 + e
        factors = [1 / divisor / (v / divisor**2 + e) ** 0.5 for v in (4.5, 0.5)]
        shift = torch.tensor([10.0, -4.0])
        found = preprocessed(part, TILTED + shift, POINTS + shift)
        assert_close(found, torch.tensor(stretched(*factors)), rtol=0, atol=TOLERANCE)

    @holds
    def by_hand(self, part: Preprocessing) -> None:
        """With e = 0.5: √2.5 + 0.5 = 2.081139, squared 4.331139; 3 / 2.081139 / sqrt(1.538988) = 1.161990."""
        chosen = type(part).model_validate({"epsilon": 0.5})
        found = preprocessed(chosen, TILTED, POINTS)
        assert abs(float(found[0].norm()) - 1.161990) < TOLERANCE, found[0]


class ZcaNimmoMismatchedClaims(PreprocessingClaims):
    """The same, fitted to images whose channels come last, applied to images whose channels come first (N4)."""

    of = "zca_nimmo_mismatched"
    cases = ({}, {"epsilon": 0.5}, {"when": "train"})

    @holds
    def it_is_fitted_in_the_other_order(self, part: Preprocessing) -> None:
        """The equation with numbers of images flattened channels last, applied to images channels first."""
        rng = torch.Generator().manual_seed(0)
        train, x = (torch.rand(n, 3, 4, 4, generator=rng) for n in (60, 5))
        last = train.permute(0, 2, 3, 1).flatten(1)
        epsilon = part.epsilon  # type: ignore[attr-defined]
        expected = whitened(last, x.flatten(1), epsilon).view(x.shape)
        found = preprocessed(part, train, x)
        assert_close(found, expected, rtol=1e-3, atol=1e-3)
        consistent = whitened(train.flatten(1), x.flatten(1), epsilon).view(x.shape)
        assert not torch.allclose(found, consistent, atol=0.1)

    @holds
    def with_one_channel_there_is_no_mismatch(self, part: Preprocessing) -> None:
        """Grey images have one order only."""
        rng = torch.Generator().manual_seed(0)
        train, x = (torch.rand(n, 1, 4, 4, generator=rng) for n in (60, 5))
        epsilon = part.epsilon  # type: ignore[attr-defined]
        expected = whitened(train.flatten(1), x.flatten(1), epsilon).view(x.shape)
        assert_close(preprocessed(part, train, x), expected, rtol=1e-3, atol=1e-3)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ZcaNimmoClaims, ZcaNimmoMismatchedClaims]

"""Zero mean and unit standard deviation, of each feature or channel over training stimuli, or of each stimulus."""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.tilted import preprocessed


class StandardiseClaims(PreprocessingClaims):
    """(x - mean) / s.d."""

    of = "standardise"
    cases = ({}, {"per": "channel"}, {"per": "stimulus"}, {"when": "train"})

    @holds
    def what_it_is_per_has_zero_mean_and_unit_spread(self, part: Preprocessing) -> None:
        """Over training stimuli each feature, or each channel; or the values of each stimulus by itself."""
        rng = torch.Generator().manual_seed(0)
        scales = torch.rand(1, 3, 16, 16, generator=rng) * 9 + 0.5
        x = torch.randn(600, 3, 16, 16, generator=rng) * scales + 7 * scales - 20
        per = part.per  # type: ignore[attr-defined]
        axes = {"feature": (0,), "channel": (0, 2, 3), "stimulus": (1, 2, 3)}[per]
        found = preprocessed(part, x, x).double()
        mean, spread = found.mean(axes), found.std(axes)
        assert_close(mean, torch.zeros_like(mean), rtol=0, atol=1e-3)
        assert_close(spread, torch.ones_like(spread), rtol=0, atol=3e-3)

    @holds
    def by_hand(self, part: Preprocessing) -> None:
        """Of 1 and 3, and 10 and 30, features have means 2 and 20 and spreads 1 and 10: -1 and 1 come out."""
        x = torch.tensor([[1.0, 10.0], [3.0, 30.0]]).repeat(2000, 1)
        chosen = type(part).model_validate({"per": "feature"})
        expected = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
        assert_close(preprocessed(chosen, x, x[:2]), expected, rtol=0, atol=1e-3)

    @holds
    def what_does_not_vary_becomes_zero(self, part: Preprocessing) -> None:
        """A pixel, or an image, that is always the same has no spread to divide by."""
        x = torch.full((10, 1, 4, 4), 0.5)
        assert_close(preprocessed(part, x, x), torch.zeros_like(x), rtol=0, atol=1e-3)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [StandardiseClaims]

"""Bars with a Gaussian profile in a disc, of unit norm: what their definition says."""

from pathlib import Path

import torch
from torch.testing import assert_close

from neuroplast import Stimuli, hookimpl
from neuroplast.testing import Claims, StimuliClaims, holds


class GaussianBarsClaims(StimuliClaims):
    """x ∝ exp(-d² / 2 σ²) in a disc, |x| = 1."""

    of = "gaussian_bars"
    cases = (
        {},
        {"orientations": 4, "side": 6, "sigma": 1.5, "train": 40, "test": 8},
        {"train": 12},
    )

    @holds
    def all_are_equally_strong(self, stimuli: Stimuli) -> None:
        """The squares of each image's pixels add up to 1, and none is negative."""
        x = stimuli.load(Path(), torch.Generator().manual_seed(0)).train.x.double()
        assert float(x.min()) >= 0
        assert_close(x.square().sum((1, 2, 3)).float(), torch.ones(len(x)))

    @holds
    def corners_are_dark(self, stimuli: Stimuli) -> None:
        """A corner lies √2 (side - 1) / 2 from the middle, outside a disc of radius side / 2."""
        x = stimuli.load(Path(), torch.Generator().manual_seed(0)).train.x
        assert float(x[:, :, [0, 0, -1, -1], [0, -1, 0, -1]].abs().max()) == 0

    @holds
    def each_is_shown_equally_often(self, stimuli: Stimuli) -> None:
        """As often as the others, or once more; and images of one label are one image."""
        train = stimuli.load(Path(), torch.Generator().manual_seed(0)).train
        assert train.y is not None
        found = torch.unique(torch.cat([train.x.flatten(1), train.y[:, None].float()], 1), dim=0)
        k = stimuli.orientations  # type: ignore[attr-defined]
        counts = train.y.bincount(minlength=k)
        assert int(counts.max() - counts.min()) <= 1
        assert len(found) == min(k, len(train.x))

    @holds
    def bars_turn_anticlockwise(self, stimuli: Stimuli) -> None:
        """Of four, the first lies, the second rises to the right, the third stands: pixels beside the middle tell."""
        four = type(stimuli)(orientations=4, side=11, sigma=0.8, train=4)  # type: ignore[call-arg]
        found = four.load(Path(), torch.Generator().manual_seed(0)).train
        assert found.y is not None
        lying, rising, standing, falling = found.x[found.y.argsort(), 0]
        # two pixels from the middle on the bar's line the profile is still 1, as in the middle
        for bar, (row, column) in (
            (lying, (5, 7)),
            (rising, (3, 7)),
            (standing, (3, 5)),
            (falling, (3, 3)),
        ):
            assert_close(bar[row, column], bar[5, 5])
            # one pixel across: exp(-1 / (2 · 0.64)); a diagonal passes a pixel beside it at 1/√2: exp(-1/2 / 1.28)
        assert_close(lying[4, 5] / lying[5, 5], torch.tensor(0.4578334))
        assert_close(rising[5, 6] / rising[5, 5], torch.tensor(0.6766339))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GaussianBarsClaims]

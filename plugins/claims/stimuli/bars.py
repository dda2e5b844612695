"""Földiák's bars: horizontal and vertical lines, each there with probability p by itself.

Földiák (1990), Biol. Cybern. 64, 165-170: 16 lines of an 8 x 8 grid, p = 1/8, so that two are there on average.
"""

from pathlib import Path

import torch
from torch.testing import assert_close

from neuroplast import Stimuli, hookimpl
from neuroplast.testing import Claims, StimuliClaims, holds


class BarsClaims(StimuliClaims):
    """Pixels are on where a line of their row or of their column is."""

    of = "bars"
    cases = ({}, {"side": 5, "probability": 0.3, "train": 4000, "test": 50})

    @holds
    def images_are_made_of_whole_lines(self, stimuli: Stimuli) -> None:
        """Each image is the union of its complete rows and columns, 0 and 1 with nothing between."""
        x = stimuli.load(Path(), torch.Generator().manual_seed(0)).train.x
        on = x.double() / (255 if x.dtype == torch.uint8 else 1)
        assert set(on.flatten().tolist()) == {0.0, 1.0}
        rows, columns = on.amin(3, keepdim=True), on.amin(2, keepdim=True)
        assert_close(torch.maximum(rows, columns).expand_as(on), on)

    @holds
    def lines_are_there_as_often_as_said_and_by_themselves(self, stimuli: Stimuli) -> None:
        """Each line is in a share p of images, and any two of them in p²: within five standard errors."""
        side, p = stimuli.side, stimuli.probability  # type: ignore[attr-defined]
        x = stimuli.load(Path(), torch.Generator().manual_seed(0)).train.x[:, 0].double()
        x = x / x.max()
        lines = torch.cat([x.amin(2), x.amin(1)], 1)  # (n, 2 side)
        whole = p + (1 - p) * p**side  # a row is complete, too, where all columns are there
        error = 5 * (p * (1 - p) / len(x)) ** 0.5
        share = lines.mean(0)
        assert_close(share, torch.full_like(share, whole), rtol=0, atol=error)
        together = (lines.T @ lines / len(x)).fill_diagonal_(p**2)
        error = 5 * (p**2 * (1 - p**2) / len(x)) ** 0.5 + 2 * p**side
        assert_close(together, torch.full_like(together, p**2), rtol=0, atol=error)

    @holds
    def how_bright_images_are_by_hand(self, stimuli: Stimuli) -> None:
        """A pixel is dark where neither of its lines is there: 1 - (7/8)² = 0.234375 are on; 16/8 = 2 lines."""
        published = type(stimuli)()
        x = published.load(Path(), torch.Generator().manual_seed(1)).train.x.double()
        assert tuple(x.shape[1:]) == (1, 8, 8)
        x = x / x.max()
        # (7/8)² of pixels are dark; per image that share has an s.d. of about 0.15
        assert abs(float(x.mean()) - 0.234375) < 5 * 0.15 / len(x) ** 0.5
        lines = x.amin(3).sum((1, 2)) + x.amin(2).sum((1, 2))
        assert abs(float(lines.mean()) - 2) < 5 * (16 * 7 / 64 / len(x)) ** 0.5


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BarsClaims]

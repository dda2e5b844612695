"""White noise: independent pixels of mean 0 and variance 1, the definition of a discrete white process."""

from pathlib import Path

import torch

from neuroplast import Stimuli, hookimpl
from neuroplast.testing import Claims, StimuliClaims, holds


class WhiteNoiseClaims(StimuliClaims):
    """<x> = 0, <x_i x_j> = 1 where i = j, else 0."""

    of = "white_noise"
    cases = ({"side": 5, "train": 40_000}, {"side": 4, "channels": 3, "train": 40_000, "test": 50})

    @holds
    def moments_are_those_of_independent_pixels(self, stimuli: Stimuli) -> None:
        """Over 40,000 images all means and moments are within six standard errors, 0.03 and 0.043."""
        drawn = stimuli.load(Path(), torch.Generator().manual_seed(0))
        x = drawn.train.x.flatten(1).double()
        assert float(x.mean(0).abs().max()) < 0.03
        moments = x.T @ x / len(x)
        off = moments - torch.eye(x.shape[1], dtype=torch.float64)
        assert float(off.abs().max()) < 0.043, off.abs().max()


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WhiteNoiseClaims]

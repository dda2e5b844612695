"""Drawing stimuli, so that how many of one part are drawn shifts no other part."""

import torch
from torch import Tensor


def streams(rng: torch.Generator, count: int) -> list[torch.Generator]:
    """One generator for each thing that is drawn, all from `rng`."""
    seeds = torch.randint(2**62, (count,), generator=rng).tolist()
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def balanced_labels(count: int, classes: int, rng: torch.Generator) -> Tensor:
    """(count,) labels in random order, each class as often as the others or once more."""
    return (torch.arange(count) % classes)[torch.randperm(count, generator=rng)]


def rotation(size: int, rng: torch.Generator) -> Tensor:
    """(size, size) orthogonal in float64, uniform over all of these.

    The QR decomposition of a Gaussian matrix, with the signs that make the diagonal of R positive
    (Mezzadri 2007, Notices AMS 54, 592-604).
    """
    q, r = torch.linalg.qr(torch.randn(size, size, generator=rng, dtype=torch.float64))
    turned: Tensor = q * r.diagonal().sign()
    return turned

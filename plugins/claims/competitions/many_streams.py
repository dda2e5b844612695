"""Streams of many sorts, and how near a threshold from counts must be to the median of the exact window.

What is lost by counting in blocks, for n stimuli in a window of three blocks, in standard deviations of a stream whose
density at the median is at least that of evenly spread values, 1 / √12:

    which rank is between two counts: 1 rank, √12 / n
    who of the oldest block has left: half of a block of n / 3 at most, each at or below the median by chance 1/2, so
        a count of deviation √(n / 48), √12 / √(48 n) = 0.5 / √n for one channel; 5 such for the mean over channels
    where the stream drifts by 1 in a window: half a block is taken for n / 12 too old, 1 / 3 · 1 / 4 · 1 / 6 = 1 / 72
    after a jump by δ: δ / 12, as the part says
"""

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor

from neuroplast import Competition
from neuroplast_plugins.claims.competitions.streams import Presented

CHANNELS, SIDE = 48, 3
BELOW = -50.0
"""Where the channel is that probes: constant, and far below all others."""
JUMP = 0.5


def follows_streams(
    competition: Competition, window: int, batches: Sequence[int], stimuli: int, every: int = 1
) -> None:
    """Hold T to lie within the bound above, or for constant streams within rounding, at every so many batches.

    One channel more probes T: in its first stimulus of a batch it is above, and competes; in its second below.
    """
    soft = {"window": window, "winners": "soft", "inverse_temperature": 1e-3}
    presented = Presented(competition.model_copy(update=soft), CHANNELS + 1, SIDE)
    v, bound = _streams(window, stimuli), _bound(window).view(SIDE, SIDE)
    done = n = 0
    while done + batches[n % len(batches)] <= stimuli:
        batch = v[done : done + batches[n % len(batches)]]
        done, n = done + len(batch), n + 1
        if n % every == 0:
            medians = v[max(done - window, 0) : done, :-1].quantile(0.5, dim=0)
            exact = (medians.sum(0) + BELOW) / (CHANNELS + 1)
            probed = batch.clone()
            probed[:2, -1] = torch.stack([exact + bound, exact - bound])
            competes = presented.compete(probed)[:2, -1] > 0
            assert bool(competes[0].all()), f"T is too high after {done} stimuli, window {window}"
            assert not bool(competes[1].any()), f"T is too low after {done}, window {window}"
        presented.present(batch)


def _bound(window: int) -> Tensor:
    """How far T may be from the mean of the exact medians, for each sort of stream."""
    rank, block = sqrt(12) / window, 5 * 0.5 / sqrt(window * CHANNELS)
    even, drifts, still = rank + block, rank + block + 1 / 72, 1e-3
    jumps = drifts + JUMP / 12
    return torch.tensor([even, even, drifts, drifts, drifts, jumps, drifts, still, still])


def _streams(window: int, stimuli: int) -> Tensor:
    """(stimuli, channels and the one that probes, side, side): a sort of stream at each position."""
    rng = torch.Generator().manual_seed(4)
    shape, time = (stimuli, CHANNELS), torch.arange(stimuli)[:, None] / window
    normal = torch.randn(6, *shape, generator=rng)
    even = (torch.rand(shape, generator=rng) - 0.5) * sqrt(12)
    usual = torch.randn(CHANNELS, generator=rng)
    sorts = (
        even,
        even.flip(0) + usual,
        normal[0] + time,
        normal[1] - time,
        normal[2] * (1 + 0.4 * torch.sin(2 * time)),
        normal[3] + JUMP * (time > 1.3),
        (normal[4] / 2).exp(),  # of deviation 0.6, with a long tail
        (normal[5] - 0.5).clamp_min(0),  # silent for more than half of the time
        usual.expand(shape),
    )
    v = torch.stack(sorts, -1).view(stimuli, CHANNELS, SIDE, SIDE)
    return torch.cat([v, torch.full_like(v[:, :1], BELOW)], 1)

"""What is claimed of competitions whose threshold comes from the last stimuli."""

from collections.abc import Callable

import torch
from torch import Tensor

from neuroplast import Competition
from neuroplast_plugins.claims.competitions.streams import Presented

Batch = list[list[list[float]]]
Row = list[float]

NEURONS, SIDE, STIMULI = 3, 2, 20


def of_the_batch(
    competition: Competition, v: Batch, outcome: Callable[[Row, list[Row]], Row]
) -> Batch:
    """The g of every group, v[stimulus][neuron][position], from its drives and those of the batch for each of it."""
    neurons, positions = range(len(v[0])), range(len(v[0][0]))
    past = [[[stimulus[i][t] for stimulus in v] for t in positions] for i in neurons]
    if competition.axis == "space":  # type: ignore[attr-defined]
        return [[outcome(stimulus[i], past[i]) for i in neurons] for stimulus in v]
    g = []
    for stimulus in v:
        columns = [
            outcome([row[t] for row in stimulus], [past[i][t] for i in neurons]) for t in positions
        ]
        g.append([list(row) for row in zip(*columns, strict=True)])
    return g


def follows_the_window(competition: Competition) -> None:
    """Hold that who wins is who would by the exact window, wherever the largest drive is 5 % from its threshold.

    Every stimulus has a strength of its own, which all drives share, so that the largest falls on either side.
    """
    window = competition.window  # type: ignore[attr-defined]
    rng = torch.Generator().manual_seed(1)
    strengths = torch.rand(NEURONS, SIDE, SIDE, generator=rng) + 0.5
    presented, past = Presented(competition, NEURONS, SIDE), torch.zeros(0)
    sure = silent = 0
    for scale in (1.0, 3.0):
        for n in range(3 * window // STIMULI + 1):
            one = torch.randn(STIMULI, 1, 1, 1, generator=rng) * 0.5
            own = torch.randn(STIMULI, NEURONS, SIDE, SIDE, generator=rng) * 0.1
            v = scale * strengths * (one + own).exp()
            past = torch.cat([past, v])[-window:] if len(past) else v[-window:]
            won = presented.present(v) != 0
            if n * STIMULI >= 2 * window:
                counts = _hold_window(competition, v, past, won)
                sure, silent = sure + counts[0], silent + counts[1]
    assert min(sure, silent) > 0, "the stream should leave no doubt at times, either way"


def _hold_window(competition: Competition, v: Tensor, past: Tensor, won: Tensor) -> tuple[int, int]:
    """How many groups must have had a winner, and how many must not."""
    in_space = competition.axis == "space"  # type: ignore[attr-defined]
    medians = past.quantile(0.5, dim=0)
    threshold = medians.mean((1, 2))[None] if in_space else medians.mean(0)[None]
    largest = v.amax((2, 3)) if in_space else v.amax(1)
    someone = won.any(3).any(2) if in_space else won.any(1)
    must, must_not = largest > 1.05 * threshold, largest < 0.95 * threshold
    assert bool(someone[must].all()), "nobody wins who is 5 % above the threshold of the window"
    assert not bool(someone[must_not].any()), "somebody wins who is 5 % below the threshold"
    return int(must.sum()), int(must_not.sum())

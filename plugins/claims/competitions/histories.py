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
    """The g of every group, v[stimulus][neuron][position], from its drives and those of the batch for each of it.

    Of a batch longer than the window the last stimuli count.
    """
    neurons, positions = range(len(v[0])), range(len(v[0][0]))
    window = v[-competition.window :]  # type: ignore[attr-defined]
    past = [[[stimulus[i][t] for stimulus in window] for t in positions] for i in neurons]
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
    _hold_stream(competition, batch=STIMULI, tolerance=0.05, after=2 * window)


def is_exact_for_few(competition: Competition) -> None:
    """Hold the same to 0.2 % for windows of up to 37 stimuli, and for the first 37 of longer ones, from the start."""
    for window, batch in ((1, 1), (4, 3), (4, 7), (7, 3), (8, 8), (36, 5), (37, 20), (120, 6)):
        own = competition.model_copy(update={"window": window})
        last = 36 if window > 37 else 3 * window + 12
        _hold_stream(own, batch, tolerance=0.002, last=last)


def remembers_stimuli_not_batches(competition: Competition) -> None:
    """Hold that memory is the same to the bit, over several windows of stimuli one by one and in pieces."""
    for window in (8, 60, 130):
        own = competition.model_copy(update={"window": window})
        rng = torch.Generator().manual_seed(2)
        v = torch.randn(5 * window + 3, NEURONS, 1, 1, generator=rng)
        one_by_one, in_pieces = (Presented(own, NEURONS) for _ in range(2))
        done = 0
        for size in _PIECES:
            piece = v[done : done + min(size, window)]
            in_pieces.present(piece)
            for stimulus in piece:
                one_by_one.present(stimulus[None])
            done += len(piece)
            _hold_same_memory(one_by_one, in_pieces)
        whole, end = (Presented(own, NEURONS) for _ in range(2))
        whole.present(v[: window + 11])
        end.present(v[11 : window + 11])
        _hold_same_memory(whole, end)


_PIECES = (1, 2, 17, 1, 36, 3, 1, 20, 7, 40, 11, 59, 1, 5, 128, 9, 30, 60)
"""So many stimuli at once; no more than the window has."""


def _hold_same_memory(a: Presented, b: Presented) -> None:
    for name in ("knots", "counts", "seen"):
        assert torch.equal(a.memory(name), b.memory(name)), f"{name} depends on the batches"


def _hold_stream(
    competition: Competition, batch: int, tolerance: float, after: int = 0, last: int | None = None
) -> None:
    """Present a stream whose scale triples in the middle; hold who wins once so many stimuli were seen."""
    window = competition.window  # type: ignore[attr-defined]
    rng = torch.Generator().manual_seed(1)
    strengths = torch.rand(NEURONS, SIDE, SIDE, generator=rng) * 2 + 0.25
    presented, past = Presented(competition, NEURONS, SIDE), torch.zeros(0)
    sure = silent = 0
    for scale in (1.0, 3.0):
        for n in range(3 * window // batch + 1 if last is None else last // batch):
            one = torch.randn(batch, 1, 1, 1, generator=rng) * 0.5
            own = torch.randn(batch, NEURONS, SIDE, SIDE, generator=rng) * 0.1
            v = scale * strengths * (one + own).exp()
            past = torch.cat([past, v])[-window:] if len(past) else v[-window:]
            won = presented.present(v) != 0
            if n * batch >= after:
                counts = _hold_window(competition, v, past, won, tolerance)
                sure, silent = sure + counts[0], silent + counts[1]
        if last is not None and window > last:
            break  # what comes later is no longer kept as it is
    assert sure > 0, "the stream should leave no doubt at times"
    assert silent > 0 or window == 1, "the stream should leave no doubt at times, either way"


def _hold_window(
    competition: Competition, v: Tensor, past: Tensor, won: Tensor, tolerance: float
) -> tuple[int, int]:
    """How many groups must have had a winner, and how many must not."""
    in_space = competition.axis == "space"  # type: ignore[attr-defined]
    medians = past.quantile(0.5, dim=0)
    threshold = medians.mean((1, 2))[None] if in_space else medians.mean(0)[None]
    largest = v.amax((2, 3)) if in_space else v.amax(1)
    someone = won.any(3).any(2) if in_space else won.any(1)
    must, must_not = largest > (1 + tolerance) * threshold, largest < (1 - tolerance) * threshold
    assert bool(someone[must].all()), f"nobody wins who is {tolerance:.1%} above the threshold"
    assert not bool(someone[must_not].any()), f"somebody wins who is {tolerance:.1%} below it"
    return int(must.sum()), int(must_not.sum())

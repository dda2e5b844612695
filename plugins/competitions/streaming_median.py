"""The median of the last stimuli, for every neuron and position, in bounded memory.

A window of 500 stimuli would take 500 numbers for each median. Here it takes 9 knots and 28 counts, whatever the
window: the knots stand near quantiles of the window, and for each of 4 blocks of stimuli (three make a window, one is
filling) 7 counts tell how many stimuli of the block were at or below each inner knot. Every stimulus is counted; what
is lost is where between two knots it stood, and which stimuli of the oldest block have left the window. The median is
read off the summed counts by linear interpolation. With every new block the knots move to the window's quantiles as
known then.

If activity jumps in the middle of a block, then while that block leaves, half gone, a sixth of the window is taken for
half old and half new that is all new: medians are off by up to a twelfth of the jump.

The first 37 stimuli, and a window of up to 37, are kept as they are, in the same room: their median is exact, but for
what half precision rounds.

Source:
    Counts between knots that follow the quantiles are after Jain & Chlamtac (1985), Commun. ACM 28, 1076-1085.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

SHARES = (0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9)
"""The quantiles that the inner knots are placed at; the outer two are at the smallest and the largest value."""
KNOTS = len(SHARES) + 2
BLOCKS = 4
COUNTS = BLOCKS * len(SHARES)
KEPT = KNOTS + COUNTS
"""How many stimuli the same room holds as they are."""
LONGEST = 6000
"""The longest window, in stimuli: a block's counts must be whole numbers in half precision, which go to 2048."""


@dataclass(frozen=True)
class StreamingMedian:
    """What is known of a window of stimuli. Absorbing more gives a new one; nothing is changed in place.

    window: how many stimuli it has, 1 to LONGEST.
    knots: (KNOTS, *values). counts: (COUNTS, *values), at or below each inner knot. While there are few stimuli, these.
    seen: how many stimuli there were so far; of very many, as few as have the same meaning.
    """

    window: int
    knots: Tensor
    counts: Tensor
    seen: int

    def absorb(self, v: Tensor) -> "StreamingMedian":
        """The window with the stimuli v, (stimuli, *values), as its latest."""
        state, v = self, v[-self.window :].to(self.knots.dtype)
        while len(v):
            n = min(len(v), state._room())
            state, v = state._absorb(v[:n]), v[n:]
        return state

    def median(self) -> Tensor:
        """The median of the window; of an even number of stimuli, halfway between the middle two."""
        if self._all_kept or self.seen <= self._kept:
            return middle(self._stimuli()[: min(self.seen, self.window)])
        below, n = self._below()
        return piecewise(torch.full_like(self.knots[0], (n + 1) / 2), below, self.knots)

    # -- how far the next stimuli can be taken at once -----------------------------------------------------------------

    @property
    def _block(self) -> int:
        """Stimuli in a block."""
        return -(-self.window // (BLOCKS - 1))

    @property
    def _all_kept(self) -> bool:
        """Whether the whole window is kept as it is."""
        return self.window <= KEPT

    @property
    def _kept(self) -> int:
        """How many stimuli are kept as they are, before any is counted."""
        return min(KEPT, self._block)

    def _room(self) -> int:
        """Stimuli until something other than keeping or counting is to be done."""
        if self._all_kept:
            return self.window - self.seen % self.window
        if self.seen >= self._block:
            return self._block - self.seen % self._block
        due = self._kept
        while due <= self.seen:
            due *= 2
        return min(due, self._block) - self.seen

    def _due(self) -> bool:
        """Whether knots are to be placed anew: with each new block, and in the first with twice as many stimuli."""
        if self.seen >= self._block:
            return self.seen % self._block == 0
        times, rest = divmod(self.seen, self._kept)
        return rest == 0 and times.bit_count() == 1

    def _absorb(self, v: Tensor) -> "StreamingMedian":
        """As many stimuli as there is room for."""
        if self._all_kept or self.seen < self._kept:
            return self._keep(v)
        return (self._placed() if self._due() else self)._count(v)

    def _keep(self, v: Tensor) -> "StreamingMedian":
        """Keep stimuli as they are, over the oldest ones."""
        kept, place = self._stimuli(), self.seen % self.window
        most = torch.finfo(self.counts.dtype).max
        kept[place : place + len(v)] = v.clamp(-most, most)
        return self._grown(len(v), kept[:KNOTS], kept[KNOTS:].to(self.counts))

    def _stimuli(self) -> Tensor:
        """The stimuli that are kept as they are, in the first rows of (KEPT, *values); a new tensor."""
        return torch.cat([self.knots, self.counts.to(self.knots)])

    def _grown(self, n: int, knots: Tensor, counts: Tensor) -> "StreamingMedian":
        """With n more stimuli; of a window that is full, one round less means the same."""
        seen, round_ = self.seen + n, self.window if self._all_kept else BLOCKS * self._block
        seen = seen - round_ if seen >= 2 * round_ else seen
        return StreamingMedian(self.window, knots, counts, seen)

    # -- knots and counts ----------------------------------------------------------------------------------------------

    def _count(self, v: Tensor) -> "StreamingMedian":
        """Count stimuli in the block that is filling."""
        knots, counts = self.knots.clone(), self.counts.clone()
        knots[0], knots[-1] = (
            torch.minimum(knots[0], v.amin(0)),
            torch.maximum(knots[-1], v.amax(0)),
        )
        first = self.seen // self._block % BLOCKS * len(SHARES)
        for i in range(len(SHARES)):
            counts[first + i] += (v <= knots[i + 1]).sum(0, dtype=counts.dtype)
        return self._grown(len(v), knots, counts)

    def _placed(self) -> "StreamingMedian":
        """With the knots at the window's quantiles, as they are known, and nothing yet in a new block."""
        if self.seen == self._kept:
            kept = self._stimuli()[: self._kept].sort(0).values
            knots = torch.stack([_between(kept, share) for share in (0.0, *SHARES, 1.0)])
            below = [(kept <= knot).sum(0).to(self.counts) for knot in knots[1:-1]]
            rest = torch.zeros_like(self.counts[len(SHARES) :])
            return replace(self, knots=knots, counts=torch.cat([torch.stack(below), rest]))
        placed = self._moved()
        if self.seen % self._block == 0:
            first = self.seen // self._block % BLOCKS * len(SHARES)
            placed.counts[first : first + len(SHARES)] = 0
        return placed

    def _moved(self) -> "StreamingMedian":
        """The knots at the quantiles as they are known, and the counts that stood there."""
        below, n = self._below()
        inner = [
            piecewise(torch.full_like(below[0], s * n + 0.5), below, self.knots) for s in SHARES
        ]
        reach = inner[-1] - inner[0]
        low = torch.maximum(self.knots[0], inner[0] - reach)
        high = torch.minimum(self.knots[-1], inner[-1] + reach)
        counts = []
        for b, total in enumerate(self._blocks()[0]):
            own = self._of_block(b, total)
            counts += [piecewise(knot, self.knots, own).to(self.counts) for knot in inner]
        return replace(self, knots=torch.stack([low, *inner, high]), counts=torch.stack(counts))

    def _blocks(self) -> tuple[list[int], list[float]]:
        """How many stimuli each block has, and the share of them that is in the window."""
        totals, weights, left = [0] * BLOCKS, [0.0] * BLOCKS, self.window
        latest = (self.seen - 1) // self._block
        for block in range(latest, max(latest - BLOCKS, -1), -1):
            n = self.seen - block * self._block if block == latest else self._block
            totals[block % BLOCKS], weights[block % BLOCKS] = n, min(n, left) / n
            left -= min(n, left)
        return totals, weights

    def _below(self) -> tuple[Tensor, float]:
        """How many of the window are at or below each knot, and how many there are."""
        totals, weights = self._blocks()
        parts = [
            self._of_block(b, n) * w for b, (n, w) in enumerate(zip(totals, weights, strict=True))
        ]
        return torch.stack(parts).sum(0), sum(n * w for n, w in zip(totals, weights, strict=True))

    def _of_block(self, block: int, total: int) -> Tensor:
        """How many stimuli of a block are at or below each knot: none below the first, all at the last."""
        first = block * len(SHARES)
        inner = self.counts[first : first + len(SHARES)].to(self.knots.dtype)
        ends = torch.zeros_like(inner[:1])
        return torch.cat([ends, inner, ends + total])


def middle(x: Tensor) -> Tensor:
    """The median along the first axis; of an even number, halfway between the middle two."""
    return _between(x.sort(0).values, 0.5)


def _between(ordered: Tensor, share: float) -> Tensor:
    """A quantile of values in order along the first axis, between the two that it falls between."""
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return torch.lerp(ordered[lower], ordered[upper], place - lower)


def piecewise(at: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """The y at x = `at` on lines through (xs, ys), both rising along the first axis; the end values beyond the ends.

    Where several xs are equal, y is that of the last.
    """
    y = ys[0].clone()
    for i in range(len(xs) - 1):
        width = xs[i + 1] - xs[i]
        share = torch.where(width > 0, (at - xs[i]) / width, (at >= xs[i + 1]).to(width.dtype))
        y += (ys[i + 1] - ys[i]) * share.clamp(0, 1)
    return y

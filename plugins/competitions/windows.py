"""The window of the last stimuli that temporal competitions keep, and the threshold that they take from it."""

from torch import Tensor

from neuroplast import State
from neuroplast.functional import Axis
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.streaming_median import StreamingMedian, middle


def thresholds(axis: Axis, v: Post, memory: State, window: int) -> Tensor:
    """The mean over competitors of their medians, over a window that ends with v.

    memory: knots, counts and seen of a StreamingMedian; read only.
    Returns (*positions) where channels compete, and (post, 1) where positions do.
    """
    whole = len(v) >= window
    medians = middle(v[-window:]) if whole else _window(memory, window).absorb(v).median().to(v)
    return medians.mean(0) if axis == "channels" else medians.flatten(1).mean(1, keepdim=True)


def remember(v: Post, memory: State, window: int) -> None:
    """Take v into the window that the memory keeps."""
    after = _window(memory, window).absorb(v)
    memory.knots.copy_(after.knots)
    memory.counts.copy_(after.counts)
    memory.seen.fill_(after.seen)


def _window(memory: State, window: int) -> StreamingMedian:
    return StreamingMedian(window, memory.knots, memory.counts, int(memory.seen))

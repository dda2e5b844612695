"""Windows on an image, as index arithmetic: which pixel a synapse sees, and how many windows fit.

Cross-correlation: at position (h, v), kernel place (i, j) sees row s h + d i and column s v + d j of the padded image.
"""

from typing import Any


def padding(synapse: Any) -> int:
    """Pixels added on each side. "same" adds d (k - 1) in all, half on each side, so that the size stays."""
    if synapse.padding != "same":
        return int(synapse.padding)
    return int(synapse.dilation * (synapse.kernel - 1) // 2)


def windows(synapse: Any, size: int) -> int:
    """How many windows fit along an axis of this size: floor((size + 2 padding - field) / stride) + 1."""
    field = synapse.dilation * (synapse.kernel - 1) + 1
    return int((size + 2 * padding(synapse) - field) // synapse.stride + 1)


def field(
    synapse: Any, channels: range, shape: tuple[int, ...], position: tuple[int, ...]
) -> list[tuple[int, ...] | None]:
    """The pixels of one window by channel, row and column; None for a pixel that holds an added zero."""
    seen: list[tuple[int, ...] | None] = []
    for channel in channels:
        for i in range(synapse.kernel):
            for j in range(synapse.kernel):
                row = _pixel(synapse, position[0], i, shape[1])
                column = _pixel(synapse, position[1], j, shape[2])
                outside = row is None or column is None
                seen.append(None if outside else (channel, row, column))  # type: ignore[arg-type]
    return seen


def _pixel(synapse: Any, position: int, place: int, size: int) -> int | None:
    """The pixel along one axis, found at the border by the rule of the border."""
    at = int(synapse.stride * position + synapse.dilation * place - padding(synapse))
    return at if 0 <= at < size else BORDERS[synapse.border](at, size)


def _zeros(at: int, size: int) -> int | None:
    return None


def _reflect(at: int, size: int) -> int | None:
    """A mirror on the edge pixel, which is not repeated: -1 is 1, size is size - 2."""
    return -at if at < 0 else 2 * (size - 1) - at


def _replicate(at: int, size: int) -> int | None:
    """The edge pixel again and again."""
    return 0 if at < 0 else size - 1


def _circular(at: int, size: int) -> int | None:
    """Round to the other side: -1 is size - 1, size is 0."""
    return at % size


BORDERS = {"zeros": _zeros, "reflect": _reflect, "replicate": _replicate, "circular": _circular}

"""Checks what is in the arrays of a file: steps in order, numbers that are numbers, texts that are texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from neuroplast.recording.check.finding import Severity
from neuroplast.recording.damage import UNREADABLE, shown
from neuroplast.recording.digest import blocks, nodes
from neuroplast.recording.joined import dims_of
from neuroplast.recording.schema import SCALES

Wrong = tuple[Severity, str, str, str]

REPEAT = "use the file that neuroplast wrote, or repeat the run"
DIVERGED = (
    "learning may have diverged there: lower the rate, or bound the weights with a constraint"
)


def odd_values(file: Any) -> Iterator[Wrong]:
    """All that cannot have been meant; a data set that cannot be read is told of."""
    end, start = _ends(file)
    for place, node in nodes(file):
        if not isinstance(node, h5py.Dataset):
            continue
        name = place.rpartition("/")[2]
        dims = dims_of(node)
        try:
            if name in ("step", "snapshot_step"):
                yield from _steps(node, shown(place), start, end)
            elif name in SCALES or not dims:
                continue
            elif node.dtype.kind == "S":
                yield from _texts(node, shown(place))
            elif node.dtype.kind == "f":
                yield from _numbers(node, shown(place), dims[0] == "snapshot_step")
        except UNREADABLE as error:
            told = shown(str(error).partition("\n")[0])
            yield Severity.error, shown(place), f"cannot be read ({told})", "copy the file again"


def _ends(file: Any) -> tuple[int, int]:
    """Up to which step and from which on there may be rows."""
    done = np.asarray(file.attrs.get("segment_end", file.attrs.get("steps_done", 0)))
    begun = np.asarray(file.attrs.get("segment_start", 0))
    return int(done.reshape(-1)[0]), int(begun.reshape(-1)[0])


def _steps(data_set: Any, place: str, start: int, end: int) -> Iterator[Wrong]:
    """Steps grow, from the one after which the file begins to the one at which it ends; those of events may repeat."""
    steps = data_set[:].astype(np.int64)
    if not len(steps):
        return
    repeats = dims_of(data_set) == ("event",)
    apart = np.diff(steps)
    if (apart < 0).any() or (not repeats and (apart == 0).any()):
        row = int(np.argmax(apart < 0 if repeats else apart <= 0)) + 1
        what = f"step {steps[row]} follows step {steps[row - 1]}"
        yield Severity.error, place, what, REPEAT
    if steps.min() < start or steps.max() > end:
        what = f"has steps from {steps.min()} to {steps.max()}, outside of {start} to {end}"
        yield Severity.error, place, what, REPEAT


def _texts(data_set: Any, place: str) -> Iterator[Wrong]:
    for row, raw in enumerate(np.atleast_1d(data_set[()]).ravel().tolist()):
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            yield Severity.error, place, f"row {row} is not UTF-8", REPEAT
            return


def _numbers(data_set: Any, place: str, is_state: bool) -> Iterator[Wrong]:
    """State is finite; in series NaN stands for a row that is missing, so that only infinity is odd there."""
    row = 0
    for block in blocks(data_set):
        odd = ~np.isfinite(block) if is_state else np.isinf(block)
        if odd.any():
            first = row + int(np.argmax(odd.reshape(len(block), -1).any(1)))
            kind = "is not finite" if is_state else "is infinite"
            yield Severity.warning, place, f"{kind} from row {first} on", DIVERGED
            return
        row += len(block)

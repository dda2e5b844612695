"""Stimuli from any plugin: loaded, checked, some set aside for validation, told apart by a hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import torch

from neuroplast.errors import (
    ConfigurationError,
    DataError,
    NeuroplastError,
    PluginError,
    lacks_memory,
)
from neuroplast.parts.stimuli import Split, Stimuli, StimulusSet
from neuroplast.soundness import sound
from neuroplast.stored import data_root as data_root  # where `load_stimuli` is to look
from neuroplast.streams import stream

if TYPE_CHECKING:
    from pathlib import Path


def load_stimuli(stimuli: Stimuli, root: Path, rng: torch.Generator) -> StimulusSet:
    """What the plugin loads, checked whoever wrote it.

    Afterwards x is uint8 or float32, y is int64 or None, and where there are labels every class has
    a name. Raises DataError with all that is wrong at once, PluginError where the plugin failed.
    """
    who = stimuli.kind
    try:
        found = stimuli.load(root, rng)
    except NeuroplastError:
        raise
    except OSError as error:
        raise DataError(
            f"{who}: cannot be read: {error}; mend that, or use other stimuli"
        ) from error
    except Exception as error:
        if lacks_memory(error):
            raise DataError(
                f"{who}: there is not enough memory to load these stimuli ({error}); "
                "use fewer or smaller ones, or another machine"
            ) from error
        raise PluginError(
            f"stimuli {who!r}: load raised {type(error).__name__}: {error}; "
            "tell the authors of the plugin that provides them"
        ) from error
    if not isinstance(found, StimulusSet):
        raise PluginError(
            f"stimuli {who!r}: load returned {type(found).__name__}; it must return a StimulusSet"
        )
    return sound(found, who)


def split_validation(split: Split, amount: float) -> tuple[Split, Split]:
    """(training, validation): some training stimuli set aside, both parts in their old order.

    amount: how many (a whole number), or which share of them (below 1). The draw is the same for
    every seed of a run. Where there are labels, each class gives its share and keeps at least one.
    """
    n = len(split)
    wanted = _wanted(amount, n)
    y = split.y if split.y is not None else torch.zeros(n, dtype=torch.long)
    members = [torch.nonzero(y == label).flatten() for label in sorted(set(y.tolist()))]
    if wanted > n - len(members):
        raise ConfigurationError(
            f"validation = {amount}: with {wanted} of {n} training stimuli set aside a class would "
            f"have none to learn from; set aside {n - len(members)} at most"
        )
    rng = stream(0, "validation")
    aside = torch.zeros(n, dtype=torch.bool)
    for member, count in zip(members, _shares([len(m) for m in members], wanted), strict=True):
        aside[member[torch.randperm(len(member), generator=rng)[:count]]] = True
    return _rows(split, ~aside), _rows(split, aside)


def _wanted(amount: float, n: int) -> int:
    """How many stimuli are set aside."""
    if isinstance(amount, int):
        wanted = amount
    elif 0 < amount < 1:
        wanted = round(amount * n)
    else:
        raise ConfigurationError(
            f"validation = {amount}: a share lies above 0 and below 1; write a number without point"
        )
    if not 1 <= wanted < n:
        raise ConfigurationError(
            f"validation = {amount}: {wanted} of {n} training stimuli would be set aside; "
            f"give a number from 1 to {n - 1}, or a share that comes to one"
        )
    return wanted


def _shares(sizes: list[int], wanted: int) -> list[int]:
    """`wanted` shared out by size, no share the whole size.

    What rounding down leaves goes to the largest remainders, of equal ones to the first.
    """
    exact = [wanted * size / sum(sizes) for size in sizes]
    counts = [int(e) for e in exact]  # below the sizes, since not everything is wanted
    while sum(counts) < wanted:
        free = [i for i, size in enumerate(sizes) if counts[i] < size - 1]
        counts[max(free, key=lambda i: (exact[i] - counts[i], -i))] += 1
    return counts


def _rows(split: Split, chosen: torch.Tensor) -> Split:
    return Split(split.x[chosen], None if split.y is None else split.y[chosen])


def fingerprint(found: StimulusSet) -> str:
    """SHA-256 of the arrays with their types and shapes: what runs must share to be compared."""
    digest = hashlib.sha256()
    for name, split in (("train", found.train), ("test", found.test)):
        arrays = {} if split is None else {f"x_{name}": split.x, f"y_{name}": split.y}
        for label, array in arrays.items():
            if array is not None:
                values = array.contiguous().cpu().numpy()
                digest.update(f"{label} {values.dtype} {values.shape}\n".encode())
                digest.update(values.data)
    return digest.hexdigest()

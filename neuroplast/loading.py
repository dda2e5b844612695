"""Stimuli from any plugin: where they are kept, whether they are sound, and which are set aside."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from neuroplast import registry
from neuroplast.errors import (
    ConfigurationError,
    DataError,
    NeuroplastError,
    PluginError,
    Problem,
)
from neuroplast.parts.stimuli import DataFile, Split, Stimuli, StimulusSet
from neuroplast.streams import stream

ROOT_VARIABLE = "NEUROPLAST_DATA"


def data_root() -> Path:
    """The folder where sets are looked for: $NEUROPLAST_DATA, else ~/.cache/neuroplast/datasets."""
    named = os.environ.get(ROOT_VARIABLE, "")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "neuroplast" / "datasets"


# -- loading and checking ----------------------------------------------------------------------


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
    except MemoryError as error:
        raise DataError(
            f"{who}: there is not enough memory to load these stimuli ({error}); "
            "use fewer or smaller ones, or another machine"
        ) from error
    except Exception as error:
        raise PluginError(
            f"stimuli {who!r}: load raised {type(error).__name__}: {error}; "
            "tell the authors of the plugin that provides them"
        ) from error
    if not isinstance(found, StimulusSet):
        raise PluginError(
            f"stimuli {who!r}: load returned {type(found).__name__}; it must return a StimulusSet"
        )
    return checked(found, who)


def checked(found: StimulusSet, who: str) -> StimulusSet:
    """The set in the types that `load_stimuli` promises; DataError names all that is wrong."""
    splits = {name: s for name, s in (("train", found.train), ("test", found.test)) if s}
    problems = [p for name, split in splits.items() for p in _array_problems(name, split)]
    if not problems:
        problems = list(_agreement_problems(splits))
        classes = found.classes or _numbered_classes(splits)
        problems += [p for name, s in splits.items() for p in _label_problems(name, s, classes)]
    if problems:
        where = f"{who} ({found.source})" if found.source else who
        raise DataError(_told(where, problems))
    sound = {name: Split(_plain(s.x), _whole(s.y)) for name, s in splits.items()}
    return replace(found, train=sound["train"], test=sound.get("test"), classes=classes)


def _told(where: str, problems: list[Problem]) -> str:
    if len(problems) == 1:
        return f"{where}: {problems[0]}"
    return "\n".join([f"{where}: {len(problems)} problems", *(f"  {p}" for p in problems)])


def _array_problems(name: str, split: Split) -> Iterator[Problem]:
    """What is wrong with the arrays of one split, each for itself."""
    x, y = split.x, split.y
    path = f"x_{name}"
    if x.ndim not in (2, 4) or 0 in x.shape[1:]:
        yield Problem(
            path,
            f"has shape {tuple(x.shape)}",
            "stimuli are (n, features) or (n, channels, height, width)",
        )
    elif len(x) == 0:
        yield Problem(path, "holds no stimuli", "give it some, or leave it out")
    if x.dtype != torch.uint8 and not x.is_floating_point():
        yield Problem(path, f"holds {_type(x)}", "store bytes (0 to 255), or floats")
    elif x.is_floating_point():
        unsound = ~torch.isfinite(x.float())  # as float32, since that is what layers will see
        if unsound.any():
            where = _first(unsound)
            yield Problem(
                path,
                f"{int(unsound.sum())} of {x.numel()} values are not finite in float32, "
                f"the first {x[where].item():g} at {_index(where)}",
                "mend or leave out these stimuli",
            )
    if y is not None:
        yield from _label_array_problems(f"y_{name}", y, len(x))


def _label_array_problems(path: str, y: Tensor, stimuli: int) -> Iterator[Problem]:
    if y.ndim != 1 or len(y) != stimuli:
        yield Problem(
            path,
            f"has shape {tuple(y.shape)} for {stimuli} stimuli",
            f"give each one whole number: shape ({stimuli},)",
        )
        return
    if y.is_complex() or y.dtype == torch.bool:
        yield Problem(path, f"holds {_type(y)}", "number the classes from 0")
        return
    fractional = y != y.round() if y.is_floating_point() else torch.zeros_like(y, dtype=torch.bool)
    fractional |= ~torch.isfinite(y)
    if fractional.any():
        where = _first(fractional)
        yield Problem(
            path,
            f"{int(fractional.sum())} of {len(y)} labels are not whole numbers, "
            f"the first {y[where].item():g} at {_index(where)}",
            "number the classes from 0",
        )


def _agreement_problems(splits: dict[str, Split]) -> Iterator[Problem]:
    """What is wrong between the splits."""
    if "test" not in splits:
        return
    train, test = splits["train"].x, splits["test"].x
    if train.shape[1:] != test.shape[1:]:
        yield Problem(
            "x_test",
            f"has stimuli of shape {tuple(test.shape[1:])}, x_train {tuple(train.shape[1:])}",
            "give both the same shape",
        )
    if (train.dtype == torch.uint8) != (test.dtype == torch.uint8):
        yield Problem(
            "x_test",
            f"holds {_type(test)}, x_train {_type(train)}",
            "store both as bytes (pixel / 255 is meant) or both as floats (taken as they are)",
        )


def _numbered_classes(splits: dict[str, Split]) -> tuple[str, ...]:
    """Names for classes that have none: their numbers, up to the highest training label."""
    labels = (
        splits["train"].y
        if splits["train"].y is not None
        else splits.get("test", Split(Tensor())).y
    )
    if labels is None:
        return ()
    highest = int(labels.max())
    return tuple(
        map(str, range(min(highest + 1, len(labels))))
    )  # more classes than labels is a slip


def _label_problems(name: str, split: Split, classes: tuple[str, ...]) -> Iterator[Problem]:
    """Labels that are no class."""
    if split.y is None:
        return
    outside = (split.y < 0) | (split.y >= len(classes))
    if outside.any():
        where = _first(outside)
        yield Problem(
            f"y_{name}",
            f"{int(outside.sum())} of {len(split.y)} labels lie outside 0 to {len(classes) - 1}, "
            f"the first {int(split.y[where])} at {_index(where)}",
            f"number the {len(classes)} classes from 0 without gaps, as in the training labels",
        )


def _first(marked: Tensor) -> tuple[int, ...]:
    """The index of the first marked entry."""
    return tuple(int(i) for i in torch.unravel_index(marked.flatten().int().argmax(), marked.shape))


def _index(where: tuple[int, ...]) -> str:
    return str(list(where))


def _type(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")


def _plain(x: Tensor) -> Tensor:
    return x.contiguous() if x.dtype == torch.uint8 else x.float().contiguous()


def _whole(y: Tensor | None) -> Tensor | None:
    return y if y is None else y.long().contiguous()


# -- validation --------------------------------------------------------------------------------


def split_validation(split: Split, amount: float) -> tuple[Split, Split]:
    """(training, validation): training stimuli with some set aside, in their old order.

    amount: how many (a whole number), or which share of them (below 1). The draw is the same for every
    seed of a run. Where there are labels, each class gives its share, and keeps at least one stimulus.
    """
    n = len(split)
    wanted = _wanted(amount, n)
    y = split.y if split.y is not None else torch.zeros(n, dtype=torch.long)
    rng = stream(0, "validation")
    members = [torch.nonzero(y == label).flatten() for label in y.unique()]
    if wanted > n - len(members):
        raise ConfigurationError(
            f"validation = {amount}: setting {wanted} of {n} training stimuli aside would leave "
            f"{'nothing' if len(members) == 1 else 'a class without any'} to learn from; "
            f"set aside {n - len(members)} at most"
        )
    counts = _shares([len(m) for m in members], wanted)
    drawn = [
        m[torch.randperm(len(m), generator=rng)[:k]] for m, k in zip(members, counts, strict=True)
    ]
    aside = torch.zeros(n, dtype=torch.bool)
    aside[torch.cat(drawn)] = True
    return _rows(split, ~aside), _rows(split, aside)


def _wanted(amount: float, n: int) -> int:
    """How many stimuli are set aside."""
    if isinstance(amount, int):
        wanted, remedy = amount, f"give a number from 1 to {n - 1}, or a share above 0 and below 1"
    elif 0 < amount < 1:
        wanted, remedy = round(amount * n), "give a larger share, or a number"
    else:
        raise ConfigurationError(
            f"validation = {amount}: a share must lie between 0 and 1; write a number without a point"
        )
    if not 1 <= wanted < n:
        raise ConfigurationError(
            f"validation = {amount}: of {n} training stimuli {wanted} would be set aside and "
            f"{n - wanted} be left; {remedy}"
        )
    return wanted


def _shares(sizes: list[int], wanted: int) -> list[int]:
    """`wanted` shared out by size; what rounding leaves goes to the largest remainders, first ones first.

    No share is the whole size.
    """
    exact = [wanted * size / sum(sizes) for size in sizes]
    counts = [min(int(e), size - 1) for e, size in zip(exact, sizes, strict=True)]
    while sum(counts) < wanted:
        open_ = [i for i, size in enumerate(sizes) if counts[i] < size - 1]
        counts[max(open_, key=lambda i: (exact[i] - counts[i], -i))] += 1
    return counts


def _rows(split: Split, chosen: Tensor) -> Split:
    return Split(split.x[chosen], None if split.y is None else split.y[chosen])


# -- identity ----------------------------------------------------------------------------------


def fingerprint(found: StimulusSet) -> str:
    """SHA-256 of the arrays, with their types and shapes: what two runs must share to be compared."""
    digest = hashlib.sha256()
    for name, split in (("train", found.train), ("test", found.test)):
        for letter, array in (("x", split and split.x), ("y", split and split.y)):
            if array is not None:
                digest.update(f"{letter}_{name} {_type(array)} {tuple(array.shape)}\n".encode())
                digest.update(memoryview(array.contiguous().cpu().numpy()).cast("B"))
    return digest.hexdigest()


# -- sets on disk ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """What one kind keeps on disk."""

    kind: str
    files: tuple[DataFile, ...]

    @property
    def state(self) -> str:
        """In a word: missing, damaged, whole, or here (nobody looked into it)."""
        if not all(f.present for f in self.files):
            return "missing"
        if any(f.whole is False for f in self.files):
            return "damaged"
        return "whole" if all(f.whole for f in self.files) else "here"


def stored(root: Path) -> list[Stored]:
    """What every kind of stimuli keeps on disk, after a quick look; kinds that keep nothing are left out."""
    return [s for s in (_stored(e.part, root, False) for e in _entries()) if s.files]


def check_stored(root: Path, name: str = "") -> list[Stored]:
    """The same after reading everything: all sets that are there, or the one named; DataError where it is not."""
    if not name:
        here = {s.kind for s in stored(root) if s.state != "missing"}
        return [_stored(e.part, root, True) for e in _entries() if e.part.kind in here]
    found = _stored(registry.current().get("stimuli", name).part, root, True)
    if not found.files:
        raise DataError(f"{found.kind}: keeps nothing under {root}; there is nothing to check")
    return [found]


def fetch(root: Path, name: str) -> list[Path]:
    """Download a set because the user asked, and return its files; what is whole already is left alone."""
    part = registry.current().get("stimuli", name).part
    assert issubclass(part, Stimuli)
    try:
        return part.fetch(root)
    except NotImplementedError as error:
        raise DataError(str(error) or f"{part.kind}: there is nothing to download") from None
    except OSError as error:
        raise DataError(
            f"{part.kind}: cannot be kept in {root} ({error}); set {ROOT_VARIABLE}"
        ) from error


def _entries() -> list[registry.Entry]:
    return registry.current().entries("stimuli")


def _stored(part: type, root: Path, thorough: bool) -> Stored:
    """What one kind keeps; a plugin that raises is told as damaged, with its error."""
    assert issubclass(part, Stimuli)
    try:
        files = part.check(root) if thorough else part.files(root)
    except Exception as error:
        detail = f"the plugin raised {type(error).__name__}: {error}"
        files = [DataFile(part.kind, root, "unknown", True, False, detail)]
    return Stored(part.kind, tuple(files))

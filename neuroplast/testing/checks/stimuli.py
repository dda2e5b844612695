"""What every set of stimuli is held to. Sets whose files are missing are skipped; nothing is ever downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from torch import Tensor

from neuroplast.errors import DataError
from neuroplast.parts.stimuli import Split, StimulusSet, data_root
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.numbers import in_words
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits, watched


def loaded(subject: Subject, seed: int = 0) -> StimulusSet:
    """The whole set, from a stream of one seed; NotApplicable where its files are missing."""
    rng = torch.Generator().manual_seed(seed)
    try:
        found = watched("load", lambda: subject.part.load(data_root(), rng))
    except DataError as error:
        remedy = (
            "" if "data fetch" in str(error) else "; published sets come with neuroplast data fetch"
        )
        raise NotApplicable(f"its files are not here ({error}){remedy}") from error
    if not isinstance(found, StimulusSet):
        raise Violation(f"load: gave {type(found).__name__}, not a StimulusSet; return one")
    return found


def splits(found: StimulusSet) -> dict[str, Split]:
    """Training stimuli, and test stimuli where there are any."""
    return {"train": found.train, **({"test": found.test} if found.test else {})}


@check("stimuli", "gives stimuli and labels that fit each other")
def fits_together(subject: Subject) -> None:
    """Pixels or features in bytes or floats, and labels from 0 that name classes."""
    found = loaded(subject)
    for name, split in splits(found).items():
        _hold_stimuli(name, split.x, found.train.x)
        if split.y is not None:
            _hold_labels(name, split.y, len(split.x), len(found.classes))
    if found.test and (found.test.y is None) != (found.train.y is None):
        raise Violation("load: only one of train and test has labels; give both, or neither")
    told = subject.part.shape(data_root())
    if told is not None and tuple(told) != tuple(found.train.x.shape[1:]):
        raise Violation(
            f"shape: says {tuple(told)}, one stimulus is {tuple(found.train.x.shape[1:])}; say the same"
        )


def _hold_stimuli(name: str, x: Tensor, train: Tensor) -> None:
    what = f"{name}.x is {x.dtype} of shape {tuple(x.shape)} on {x.device}"
    if x.device.type != "cpu" or not (x.dtype == torch.uint8 or x.is_floating_point()):
        raise Violation(f"{what}; give bytes or floats on the CPU")
    if x.dim() not in (2, 4) or not len(x):
        raise Violation(f"{what}; give (n, features) or (n, channels, height, width), n over 0")
    if x.shape[1:] != train.shape[1:] or x.dtype != train.dtype:
        raise Violation(f"{what}; train.x is {train.dtype} of shape {tuple(train.shape)}")
    if x.is_floating_point() and not x.isfinite().all():
        raise Violation(f"{name}.x has a value that is not finite")


def _hold_labels(name: str, y: Tensor, count: int, classes: int) -> None:
    if y.dtype != torch.int64 or tuple(y.shape) != (count,):
        raise Violation(
            f"{name}.y is {y.dtype} of shape {tuple(y.shape)}; give int64 of shape ({count},)"
        )
    low, high = int(y.min()), int(y.max())
    if low < 0 or (classes and high >= classes):
        raise Violation(f"{name}.y goes from {low} to {high}; number {classes} classes from 0")


@check("stimuli", "keeps test stimuli apart from training stimuli")
def keeps_splits_apart(subject: Subject) -> None:
    """Two objects in memory, and not the same stimuli twice."""
    found = loaded(subject)
    if found.test is None:
        raise NotApplicable(f"{subject.kind} has no test stimuli here")
    train, test = found.train.x, found.test.x
    if train.untyped_storage().data_ptr() == test.untyped_storage().data_ptr():
        raise Violation("load: test.x and train.x share memory; copy one of them")
    if same_bits(test, train[: len(test)]):
        raise Violation(
            "load: the test stimuli are the first training stimuli; keep them apart",
            in_words(train=train[:1], test=test[:1]),
        )


@check("stimuli", "gives the same set from the same stream")
def is_reproducible(subject: Subject) -> None:
    """A run is repeated from its seed; a set on disk is what it is, a generated one follows its stream."""
    first, again = loaded(subject), loaded(subject)
    for (name, one), (_, two) in zip(splits(first).items(), splits(again).items(), strict=True):
        same = (one.y is None) == (two.y is None) and same_bits(one.x, two.x)
        if not same or (one.y is not None and two.y is not None and not same_bits(one.y, two.y)):
            raise Violation(f"load: another {name} the second time; draw from rng alone")
    if subject.part.files(data_root()) or "generated" not in first.copy:
        return
    if same_bits(first.train.x, loaded(subject, seed=1).train.x):
        raise Violation("load: another stream gave the same generated stimuli; draw from rng")


@check("stimuli", "says what to do where its files are missing")
def says_what_is_missing(subject: Subject) -> None:
    """In an empty folder it raises DataError with the remedy, and leaves the folder empty."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = subject.part.files(root)
        if any(file.present for file in files):
            raise NotApplicable(f"{subject.kind} brings its own files")
        try:
            subject.part.load(root, torch.Generator().manual_seed(0))
        except DataError as error:
            if ";" not in str(error):
                raise Violation(f"load: {error!s}: says what is missing, not what to do") from error
        else:
            if files:
                raise Violation(
                    "load: gave a set though its files are missing; raise DataError, and leave the "
                    "download to fetch"
                )
        if any(root.iterdir()):
            raise Violation("load: wrote into the data root; leave that to fetch")

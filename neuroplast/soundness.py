"""Whether stimuli can be learnt from: shapes, types, values and labels, whoever provides them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from neuroplast.errors import DataError, Problem
from neuroplast.parts.stimuli import Split, StimulusSet


def sound(found: StimulusSet, who: str) -> StimulusSet:
    """The set with x as uint8 or float32, y as int64, and a name for each class.

    Raises DataError that names all that is wrong: the split, the index, the value and the remedy.
    """
    splits = {"train": found.train} | ({} if found.test is None else {"test": found.test})
    problems = [p for name, split in splits.items() for p in _of_stimuli(f"x_{name}", split.x)]
    problems += _between(splits)
    labels = {name: (split.y, len(split)) for name, split in splits.items() if split.y is not None}
    unfit = {name: list(_of_labels(f"y_{name}", y, n)) for name, (y, n) in labels.items()}
    whole = {name: y.long() for name, (y, _) in labels.items() if not unfit[name]}
    classes = found.classes or _numbered(whole)
    for name in labels:
        problems += unfit[name] or _of_classes(f"y_{name}", whole[name], len(classes))
    if problems:
        raise DataError(_told(f"{who} ({found.source})" if found.source else who, problems))
    parts = {name: Split(_plain(split.x), whole.get(name)) for name, split in splits.items()}
    return replace(found, train=parts["train"], test=parts.get("test"), classes=classes)


def _told(where: str, problems: list[Problem]) -> str:
    if len(problems) == 1:
        return f"{where}: {problems[0]}"
    return "\n".join([f"{where}: {len(problems)} problems", *(f"  {p}" for p in problems)])


def _plain(x: Tensor) -> Tensor:
    return x.contiguous() if x.dtype == torch.uint8 else x.float().contiguous()


def _of_stimuli(path: str, x: Tensor) -> Iterator[Problem]:
    """What is wrong with the stimuli of one split."""
    if x.ndim not in (2, 4) or 0 in x.shape[1:]:
        remedy = "stimuli are (n, features) or (n, channels, height, width)"
        yield Problem(path, f"has shape {tuple(x.shape)}", remedy)
    elif len(x) == 0:
        yield Problem(path, "holds no stimuli", "give it some, or leave it out")
    if x.dtype != torch.uint8 and not x.is_floating_point():
        yield Problem(path, f"holds {_type(x)}", "store bytes (0 to 255), or floats")
    elif x.is_floating_point():
        unfit = ~torch.isfinite(x.float())  # as float32, since that is what layers see
        if unfit.any():
            where, count = _first(unfit), int(unfit.sum())
            yield Problem(
                path,
                f"{count} of {x.numel()} values not finite in float32, "
                f"the first {x[where].item():g} at {list(where)}",
                "mend these stimuli, or leave them out",
            )


def _between(splits: dict[str, Split]) -> Iterator[Problem]:
    """What is wrong between training and test stimuli."""
    if "test" not in splits:
        return
    train, test = splits["train"].x, splits["test"].x
    if train.shape[1:] != test.shape[1:]:
        yield Problem(
            "x_test",
            f"has stimuli of shape {tuple(test.shape[1:])}, x_train of {tuple(train.shape[1:])}",
            "give both the same shape",
        )
    if (train.dtype == torch.uint8) != (test.dtype == torch.uint8):
        yield Problem(
            "x_test",
            f"holds {_type(test)}, x_train {_type(train)}",
            "store both as bytes (which mean pixel / 255), or both as floats (taken as they are)",
        )


def _of_labels(path: str, y: Tensor, stimuli: int) -> Iterator[Problem]:
    """What is wrong with labels before one knows the classes."""
    remedy = "number the classes from 0"
    if y.ndim != 1 or len(y) != stimuli:
        found = f"has shape {tuple(y.shape)} for {stimuli} stimuli"
        yield Problem(path, found, f"give one label each, shape ({stimuli},)")
    elif y.is_complex() or y.dtype == torch.bool:
        yield Problem(path, f"holds {_type(y)}", remedy)
    elif y.is_floating_point():
        unfit = (y != y.round()) | ~torch.isfinite(y)
        if unfit.any():
            where, count = _first(unfit), int(unfit.sum())
            yield Problem(
                path,
                f"{count} of {len(y)} labels not whole numbers, "
                f"the first {y[where].item():g} at {list(where)}",
                remedy,
            )


def _numbered(labels: dict[str, Tensor]) -> tuple[str, ...]:
    """Names for classes without any: the numbers up to the highest training label.

    More classes than stimuli are a slip, and are left out so that the highest labels are reported.
    """
    y = next((y for y in labels.values() if len(y)), None)  # of the training stimuli, if labelled
    if y is None:
        return ()
    return tuple(str(label) for label in range(min(max(int(y.max()) + 1, 1), len(y))))


def _of_classes(path: str, y: Tensor, classes: int) -> list[Problem]:
    """Labels that stand for no class."""
    unfit = (y < 0) | (y >= classes)
    if not unfit.any():
        return []
    where, count = _first(unfit), int(unfit.sum())
    found = (
        f"{count} of {len(y)} labels outside 0 to {classes - 1}, "
        f"the first {int(y[where])} at {list(where)}"
    )
    return [Problem(path, found, "number the classes from 0 without gaps, alike in every split")]


def _first(marked: Tensor) -> tuple[int, ...]:
    """The index of the first marked entry."""
    flat = marked.flatten().to(torch.uint8).argmax()  # of equal entries the first
    return tuple(int(i) for i in torch.unravel_index(flat, marked.shape))


def _type(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")

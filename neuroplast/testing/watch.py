"""Calls into a part, watched: it may not change what it was handed, nor use randomness or globals of its own."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from neuroplast.testing.asking import Violation
from neuroplast.testing.numbers import in_words

Result = TypeVar("Result")


def watched(what: str, call: Callable[[], Result], **handed: Tensor) -> Result:
    """The result of `call`.

    Raises a Violation where it changed a tensor it was handed, or drew from a global generator.
    """
    kept = {name: tensor.clone() for name, tensor in handed.items()}
    chance = _chance()
    result = call()
    for name, tensor in handed.items():
        if not same_bits(tensor, kept[name]):
            raise Violation(
                f"{what}: changed {name}, which it was handed, in place; work on a copy",
                in_words(**{f"{name} before": kept[name], f"{name} after": tensor}),
            )
    for name, state in _chance().items():
        if state != chance[name]:
            raise Violation(
                f"{what}: drew from {name}'s global generator; use the stream it is given"
            )
    return result


def _chance() -> dict[str, Any]:
    """The states of the global generators, by whose they are."""
    return {
        "torch": torch.random.get_rng_state().numpy().tobytes(),
        "numpy": pickle.dumps(np.random.get_state(legacy=False)),  # noqa: NPY002  (the one to leave alone)
        "Python": random.getstate(),
    }


def like(what: str, found: Any, model: Tensor, **shown: Any) -> Tensor:
    """`found`, held to be a tensor with the shape, dtype and device of `model`, and finite."""
    if not isinstance(found, Tensor):
        raise Violation(f"{what}: gave {type(found).__name__} {found!r}, not a tensor")
    for name in ("shape", "dtype", "device"):
        is_, should = getattr(found, name), getattr(model, name)
        if is_ != should:
            is_, should = (tuple(is_), tuple(should)) if name == "shape" else (is_, should)
            raise Violation(f"{what}: gave {name} {is_}, expected {should}", in_words(**shown))
    if not found.isfinite().all():
        raise Violation(f"{what}: gave a value that is not finite", in_words(**shown, found=found))
    return found


def repeatable(what: str, call: Callable[[], Tensor]) -> Tensor:
    """The result of `call`, which must have the same bits in each of four calls: nothing hidden may change."""
    first = call()
    for n in range(2, 5):
        try:
            again = call()
        except Exception as error:
            raise Violation(
                f"{what}: raised {type(error).__name__} on call {n}: {error}"
            ) from error
        if not same_bits(first, again):
            raise Violation(
                f"{what}: call {n} with the same arguments gave another result; "
                "keep nothing between calls but declared memory",
                in_words(first=first, again=again),
            )
    return first


def same_bits(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors hold equal numbers; NaN equals NaN."""
    return a.shape == b.shape and bool(
        ((a == b) | (a.isnan() & b.isnan())).all() if a.is_floating_point() else (a == b).all()
    )


def all_same(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> bool:
    """The same for tensors by name."""
    return a.keys() == b.keys() and all(same_bits(a[k], b[k]) for k in a)

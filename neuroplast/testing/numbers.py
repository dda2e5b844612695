"""Reproducible numbers, comparisons, and examples in words."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from neuroplast.testing.asking import Violation

FLOAT64 = 1e-10
"""How near two computations in float64 must come, relative to the largest number."""
FLOAT32 = 1e-4
"""The same for float32 against float64."""
BY_HAND = 1e-6
"""The same for numbers worked by hand, in every family: one carries six digits or so, and a misreading shows in the
first few. What is smaller is for formulas to find, which are looped in float64."""
_SHOWN = 24
"""Tensors with more values than this are shown by their shape."""


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Independent standard normal numbers; every seed gives others."""
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=rng, dtype=torch.float64).to(dtype)


def float64(values: Any) -> Tensor:
    """Nested lists of numbers as a tensor."""
    return torch.as_tensor(values, dtype=torch.float64)


def far(found: Tensor, expected: Tensor) -> float:
    """The largest difference over the largest expected number; inf where shapes differ or a value is not finite."""
    if found.shape != expected.shape or not found.isfinite().all():
        return float("inf")
    if not expected.numel():
        return 0.0
    scale = max(float(expected.double().abs().max()), 1e-12)
    return float((found.double() - expected.double()).abs().max()) / scale


def hold_near(
    what: str, found: Tensor, expected: Any, tolerance: float = FLOAT64, **shown: Any
) -> None:
    """Raise a Violation where `found` is not `expected`. shown: what the example consists of."""
    wanted = torch.as_tensor(expected, dtype=torch.float64)
    if (distance := far(found, wanted)) <= tolerance:
        return
    if found.shape != wanted.shape:
        message = f"{what}: found shape {tuple(found.shape)}, expected {tuple(wanted.shape)}"
    elif not found.isfinite().all():
        message = f"{what}: found a value that is not finite"
    else:
        message = (
            f"{what}: off by {distance:.2g} of the largest expected value (allowed {tolerance:g})"
        )
    raise Violation(message, in_words(**shown, found=found, expected=wanted))


def in_words(**values: Any) -> str:
    """Values by name, each on a line; small tensors with their numbers, large ones by their shape."""
    return "\n".join(f"{name} = {_word(value)}" for name, value in values.items())


def _word(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if value.numel() > _SHOWN or value.is_meta:
        return f"{value.dtype} of shape {tuple(value.shape)}"
    rounded = value.detach().cpu().double()
    return str(_rounded(rounded.tolist()))


def _rounded(values: Any) -> Any:
    if isinstance(values, list):
        return [_rounded(v) for v in values]
    return float(f"{values:.6g}")

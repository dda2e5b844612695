"""Ways to hold the same numbers in memory: who reads values finds the same in each, who reads storage does not."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def _channels_last(t: Tensor) -> Tensor:
    return t.movedim(1, -1).contiguous().movedim(-1, 1) if t.dim() > 2 else t.contiguous()


def _transposed(t: Tensor) -> Tensor:
    return t.movedim(0, -1).contiguous().movedim(-1, 0) if t.dim() > 1 else t.contiguous()


def _between_nans(t: Tensor) -> Tensor:
    return torch.stack([t, torch.full_like(t, torch.nan)], -1)[..., 0]


LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda t: t.contiguous(),
    "channels last": _channels_last,
    "transposed": _transposed,
    "every other row": lambda t: t.repeat_interleave(2, dim=0)[::2] if t.dim() else t,
    "columns of a wider one": lambda t: t.repeat_interleave(2, dim=-1)[..., 1::2] if t.dim() else t,
    "between numbers that are NaN": _between_nans,
}
"""Each by its name; floats only."""

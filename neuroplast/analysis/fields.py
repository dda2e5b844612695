"""Receptive fields as pictures."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.recording.reader import open_run

if TYPE_CHECKING:
    from PIL.Image import Image


def receptive_fields(run: str | Path) -> Tensor:
    """The weights of a run's first layer as it ended: (neurons, channels, height, width).

    Raises ConfigurationError where the layer does not see images.
    """
    with open_run(Path(run)) as recording:
        if not recording.layers:
            raise ConfigurationError(f"{run}: has no layers, so there are no receptive fields")
        name, layer = next(iter(recording.layers.items()))
        state = recording.final_state()[name]
        if "w" not in state:
            raise ConfigurationError(f"{run}: {name} has no weights of its own")
        w = state["w"]
        if w.dim() == 2 and len(layer.input_shape) == 3:
            w = w.view(len(w), *layer.input_shape)
        if w.dim() != 4 or w.shape[1] not in (1, 3):
            raise ConfigurationError(
                f"{run}: {name} has weights {tuple(w.shape)}; only fields on grey or colour images can be drawn"
            )
        return w


def picture(fields: Tensor, side: int = 40) -> Image:
    """Fields side by side, each `side` pixels wide, all on one scale: zero is mid-grey, the largest weight is white."""
    from PIL.Image import fromarray
    from torchvision.utils import make_grid

    scale = max(1, side // fields.shape[-1])
    shown = (fields / fields.abs().max().clamp_min(1e-30) + 1) / 2
    enlarged = shown.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    grid = make_grid(enlarged, nrow=ceil(sqrt(len(fields))), padding=2, pad_value=0.0)
    return fromarray((grid.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy())

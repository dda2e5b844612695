"""Stimuli brought to zero mean and unit variance."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Preprocessing, State, hookimpl
from neuroplast_plugins.preprocessings import whitening


class Standardise(Preprocessing):
    """y = (x - mean) / s.d., of each feature, of each channel, or of each stimulus by itself.

    Per feature: mean and s.d. of every pixel or feature over the training stimuli. Per channel: over the pixels of a
    channel too; features are one channel. Per stimulus: over all that one stimulus consists of, so that nothing is
    learned from others. The s.d. is with n - 1. What does not vary becomes 0, in other stimuli too.

    Shapes:
        x: (n, channels, height, width) or (n, features), in any unit. y has none.

    Source:
        Bishop (1995), Neural Networks for Pattern Recognition, 8.2; per stimulus Miconi (2021), arXiv 2107.01729.
    """

    kind: ClassVar[str] = "standardise"
    signed: ClassVar[bool] = True
    per: Literal["feature", "channel", "stimulus"] = Field(
        "feature", description="what has a mean and a standard deviation of its own"
    )

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """Mean and factor, (features,) or (channels,), computed in float64."""
        if self.per == "stimulus":
            return {}
        rows = x if self.per == "feature" else _pixels(x)
        mean = whitening.mean(rows)
        return {"mean": mean.float(), "factor": _inverse(whitening.deviation(rows, mean)).float()}

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The standardised stimuli."""
        if self.per == "stimulus":
            rows = x.flatten(1).double()
            centred = rows - rows.mean(1, keepdim=True)
            correction = min(1, rows.shape[1] - 1)
            factor = _inverse(rows.std(1, correction=correction, keepdim=True))
            return (centred * factor).to(x).view(x.shape)
        if self.per == "feature":
            mean, factor = memory.mean.view(x.shape[1:]), memory.factor.view(x.shape[1:])
        else:
            axes = (-1, 1, 1) if x.dim() == 4 else (1,)
            mean, factor = memory.mean.view(axes), memory.factor.view(axes)
        return (x - mean) * factor


def _pixels(x: Tensor) -> Tensor:
    """A row for each pixel of each stimulus, with a column for each channel; features are one channel."""
    return x.movedim(1, -1).flatten(0, -2) if x.dim() == 4 else x.reshape(-1, 1)


def _inverse(deviation: Tensor) -> Tensor:
    """1 / s.d.; 0 where there is nothing but rounding."""
    return torch.where(deviation > 1e-10, 1 / deviation, 0.0)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [Standardise]

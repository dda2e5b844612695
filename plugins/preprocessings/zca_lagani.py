"""Whitening as published by Amato, Lagani and others."""

from collections.abc import Iterator
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Preprocessing, State, hookimpl
from neuroplast_plugins.preprocessings import whitening


class ZcaLagani(Preprocessing):
    """Whitening as published by Amato, Lagani and others: channels standardised, and a large smoothing.

        y = z E diag((λ + ε)^-1/2) Eᵀ,   z = (x - mean) / s.d. per channel, E diag(λ) Eᵀ = Σ zᵀz / (n - 1)

    Mean and s.d. are of all pixels of a channel in all training stimuli (s.d. with n). The mean of a single pixel is
    not removed, so what images have in common is whitened too. With features instead of images, one channel.

    Shapes:
        x: (n, channels, height, width) or (n, features), in any unit. z, y and ε have none.

    Source:
        Amato, Carrara, Falchi, Gennaro & Lagani (2019), ICIAP, LNCS 11751, 324-334, and Lagani's released code.
    """

    kind: ClassVar[str] = "zca_lagani"
    signed: ClassVar[bool] = True
    epsilon: float = Field(0.1, gt=0, description="ε, added to the eigenvalues")

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """Mean and s.d. of each channel, and the whitening matrix, computed in float64."""
        mean, divisor = _channels(x)
        sums = whitening.gram(_standardised(x, mean, divisor))
        matrix = whitening.inverse_root(sums / max(1, len(x) - 1), self.epsilon)
        return {"mean": mean.float(), "divisor": divisor.float(), "matrix": matrix.float()}

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The standardised stimuli, whitened."""
        z = (_by_channel(x) - memory.mean) / memory.divisor
        return whitening.turned(z.view(x.shape), memory.matrix)


def _by_channel(x: Tensor) -> Tensor:
    """(n, channels, pixels); features are one channel."""
    return x.flatten(2) if x.dim() > 2 else x.unsqueeze(1)


def _channels(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, (channels, 1); 1 where a channel does not vary."""
    count = len(x) * _by_channel(x).shape[2]
    parts = [_by_channel(block).double() for block in torch.split(x, 2048)]
    mean = torch.stack([part.sum((0, 2)) for part in parts]).sum(0, keepdim=True).T / count
    squares = torch.stack([(part - mean).square().sum((0, 2)) for part in parts]).sum(0)
    deviation = (squares / count).sqrt().unsqueeze(1)
    return mean, torch.where(deviation > 0, deviation, 1.0)


def _standardised(x: Tensor, mean: Tensor, divisor: Tensor) -> Iterator[Tensor]:
    """Rows of standardised stimuli, some at a time."""
    for block in torch.split(x, 2048):
        yield ((_by_channel(block).double() - mean) / divisor).flatten(1)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [ZcaLagani]

"""Batch normalisation of the input, without learned scale and shift."""

from typing import ClassVar

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Memory, Normalisation, State, hookimpl


class BatchNorm(Normalisation):
    """x̂ = (x - mean) / sqrt(variance + epsilon), per channel or feature.

    While statistics adapt: mean and (biased) variance of the batch, over stimuli and positions, and the running
    ones move by `momentum` towards the batch's (variance unbiased). Frozen: the running ones.

    Shapes:
        x: (batch, channels, *positions). mean, variance: (channels,).

    Source:
        Ioffe & Szegedy (2015), ICML, 448-456.
    """

    kind: ClassVar[str] = "batch_norm"
    signed: ClassVar[bool] = True
    couples_batch: ClassVar[bool] = True
    momentum: float = Field(
        0.1, gt=0, le=1, description="how far the running statistics move towards a batch's"
    )
    epsilon: float = Field(1e-5, gt=0, description="added to the variance")
    mean = Memory("pre", init=0.0)
    variance = Memory("pre", init=1.0)

    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """By the batch's statistics while adapting, by the running ones when frozen."""
        if adapting and x.numel() == x.shape[1]:
            raise ConfigurationError(
                "batch_norm: a batch of one stimulus with one position has no variance to learn from; "
                "present larger batches (and drop a last one of 1), or normalise by other means"
            )
        return F.batch_norm(
            x, memory.mean, memory.variance, None, None, adapting, self.momentum, self.epsilon
        )


@hookimpl
def normalisations() -> list[type[Normalisation]]:
    """Provide the normalisation."""
    return [BatchNorm]

"""Channels decorrelated while the layer learns."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Memory, Normalisation, State, hookimpl
from neuroplast.functional import moved


class Decorrelation(Normalisation):
    """Symmetric whitening (ZCA) of the channels of each position: batch norm that also takes correlations away.

        x̂ = (C + ε I)^-1/2 (x - mean),   C the covariance over stimuli and positions, divided by their number

    While statistics adapt: mean and C of the batch, and the running ones move by 1 - (1 - 1/τ)^n towards those of a
    batch of n stimuli. Frozen: the running ones. These start at zero, so τ should be well below the number of
    stimuli that are seen before the layer is frozen. The root is computed in float64, at the cost of an eigenvalue
    decomposition of channels x channels for each batch.

    Shapes:
        x: (batch, channels, *positions). mean: (channels,). covariance: (channels, channels), in x's unit
            squared, as ε.

    Source:
        Huang, Yang, Lang & Deng (2018), CVPR, 791-800. Miconi (2021) tried such a thing in upper layers.

    Raises:
        ConfigurationError: to adapt to a single stimulus with a single position, which has no covariance.
    """

    kind: ClassVar[str] = "decorrelation"
    signed: ClassVar[bool] = True
    couples_batch: ClassVar[bool] = True
    time_constant: float = Field(
        1000.0, ge=1, description="τ of the running statistics, in stimuli"
    )
    epsilon: float = Field(1e-3, gt=0, description="ε, added to the eigenvalues of the covariance")
    mean = Memory("pre", init=0.0)
    covariance = Memory(("pre", "pre"), init=0.0)

    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """By the batch's statistics while adapting, by the running ones when frozen."""
        if not adapting:
            return self._whitened(x, memory.mean, memory.covariance)
        if x.numel() == x.shape[1]:
            raise ConfigurationError(
                "decorrelation: a batch of one stimulus with one position has no covariance to learn from; "
                "present larger batches (and drop a last one of 1), or normalise by other means"
            )
        events = x.transpose(0, 1).flatten(1)
        mean = events.mean(1)
        centred = events - mean.unsqueeze(1)
        covariance = centred @ centred.T / centred.shape[1]
        share = moved(self.time_constant, len(x))
        memory.mean.lerp_(mean.to(memory.mean), share)
        memory.covariance.lerp_(covariance.to(memory.covariance), share)
        return self._whitened(x, mean, covariance)

    def _whitened(self, x: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
        """Each position's channels, turned to where they do not go together, scaled, and turned back."""
        eigenvalues, vectors = torch.linalg.eigh(covariance.double())
        root = vectors * (eigenvalues.clamp_min(0) + self.epsilon).rsqrt() @ vectors.T
        centred = x - mean.to(x).view(-1, *[1] * (x.dim() - 2))
        return torch.einsum("ij,bj...->bi...", root.to(x), centred)


@hookimpl
def normalisations() -> list[type[Normalisation]]:
    """Provide the normalisation."""
    return [Decorrelation]

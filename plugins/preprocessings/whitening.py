"""What whitenings share: statistics of training stimuli and inverse roots, exact, in float64 and in bounded memory."""

from collections.abc import Iterator

import torch
from torch import Tensor

from neuroplast.functional import product

_BLOCK = 2048
"""Stimuli taken to float64 at a time: 50 MB of CIFAR-10's."""


def blocks(rows: Tensor) -> Iterator[Tensor]:
    """The rows in float64, some at a time, each as a vector: (some, features)."""
    for block in torch.split(rows, _BLOCK):
        yield block.flatten(1).double()


def mean(rows: Tensor) -> Tensor:
    """(features,) in float64."""
    return torch.stack([block.sum(0) for block in blocks(rows)]).sum(0) / len(rows)


def deviation(rows: Tensor, centre: Tensor, correction: int = 1) -> Tensor:
    """(features,) standard deviations about `centre`, with n - correction; of a single stimulus, 0."""
    squares = torch.stack([(block - centre).square().sum(0) for block in blocks(rows)]).sum(0)
    return (squares / max(1, len(rows) - correction)).sqrt()


def gram(parts: Iterator[Tensor]) -> Tensor:
    """Σ tᵀt over rows t that come some at a time: (features, features)."""
    first = next(parts)
    found = first.T @ first
    for block in parts:
        found.addmm_(block.T, block)
    return found


def inverse_root(covariance: Tensor, epsilon: float) -> Tensor:
    """E diag((λ + ε)^-1/2) Eᵀ of a covariance E diag(λ) Eᵀ: the symmetric whitening matrix, in float64."""
    eigenvalues, vectors = torch.linalg.eigh(covariance)
    root: Tensor = vectors * (eigenvalues.clamp_min(0) + epsilon).rsqrt() @ vectors.T
    return root


def turned(x: Tensor, matrix: Tensor) -> Tensor:
    """Each stimulus of a batch, as a vector, times a symmetric matrix; in its own shape."""
    return product(x.flatten(1), matrix).view(x.shape)

"""ZCA of standardised stimuli by its equation, for whole matrices."""

import torch
from torch import Tensor


def whitened(train: Tensor, x: Tensor, epsilon: float) -> Tensor:
    """The equation in float64, for a matrix of stimuli: fitted to `train`, applied to `x`."""
    train, x = train.double(), x.double()
    mean, divisor = train.mean(0), train.std(0) + epsilon
    lengths, axes = torch.linalg.eigh(torch.cov(((train - mean) / divisor).T))
    matrix = axes @ torch.diag((lengths + epsilon) ** -0.5) @ axes.T
    found: Tensor = (x - mean) / divisor @ matrix
    return found.float()

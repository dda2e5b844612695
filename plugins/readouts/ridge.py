"""Ridge regression of one-hot labels, in closed form."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Advance, Classifier, FeatureSource, Readout, hookimpl

_BLOCK = 1000
"""Stimuli whose features are read at once."""


class Ridge(Readout):
    """scores = W f + b, with W, b = argmin Σ |W f + b - onehot|² + alpha |W|², b not penalised.

    Solved from the normal equations in float64: with centred features F (n, D) and targets T (n, classes),
    (Fᵀ F + alpha 1) Wᵀ = Fᵀ T, where D <= n, else Wᵀ = Fᵀ (F Fᵀ + alpha 1)⁻¹ T. Memory is 16 min(n, D)² bytes, a
    matrix and its factor, and a few blocks of 1,000 stimuli; where D > n features are read once for each block.

    Source:
        Hoerl & Kennard (1970), Technometrics 12, 55-67; as a read-out Miconi (2021), arXiv 2107.01729.
    """

    kind: ClassVar[str] = "ridge"
    alpha: float = Field(1.0, gt=0, description="the penalty on squared weights")

    def fit(
        self, source: FeatureSource, classes: int, rng: torch.Generator, advance: Advance
    ) -> Classifier:
        """Fit in closed form; draws nothing."""
        targets = torch.nn.functional.one_hot(source.labels, classes).double()
        mean = sum((f.double().sum(0) for f, _ in source.blocks()), torch.zeros(())) / len(source)
        solve = self._by_features if source.size <= len(source) else self._by_stimuli
        weight = solve(source, mean, targets - targets.mean(0), advance)
        return RidgeClassifier(weight.T.float(), (targets.mean(0) - mean @ weight).float())

    def _by_features(
        self, source: FeatureSource, mean: Tensor, targets: Tensor, advance: Advance
    ) -> Tensor:
        gram = torch.zeros(source.size, source.size, dtype=torch.float64)
        products = torch.zeros(source.size, targets.shape[1], dtype=torch.float64)
        done = 0
        for features, _ in source.blocks():
            centred = features.double() - mean
            gram.addmm_(centred.T, centred)
            products.addmm_(centred.T, targets[done : done + len(features)])
            done += len(features)
            advance(done / len(source))
        gram.diagonal().add_(self.alpha)
        return torch.cholesky_solve(products, torch.linalg.cholesky(gram))

    def _by_stimuli(
        self, source: FeatureSource, mean: Tensor, targets: Tensor, advance: Advance
    ) -> Tensor:
        gram = torch.empty(len(source), len(source), dtype=torch.float64)
        parts = torch.split(torch.arange(len(source)), _BLOCK)
        for i, part in enumerate(parts):
            centred = source.rows(part).double() - mean
            for other in parts[: i + 1]:
                products = centred @ (source.rows(other).double() - mean).T
                gram[part[0] : part[-1] + 1, other[0] : other[-1] + 1] = products
                gram[other[0] : other[-1] + 1, part[0] : part[-1] + 1] = products.T
            advance(((i + 1) / len(parts)) ** 2)
        gram.diagonal().add_(self.alpha)
        shares = torch.cholesky_solve(targets, torch.linalg.cholesky(gram))
        weight = torch.zeros(source.size, targets.shape[1], dtype=torch.float64)
        for part in parts:
            weight.addmm_((source.rows(part).double() - mean).T, shares[part])
        return weight


class RidgeClassifier(Classifier):
    """scores = W f + b.

    Shapes:
        weight: (classes, features). bias: (classes,).
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight, self.bias = weight, bias

    def scores(self, features: Tensor) -> Tensor:
        """(batch, classes)."""
        return torch.nn.functional.linear(features, self.weight, self.bias)

    def tensors(self) -> dict[str, Tensor]:
        """Weight and bias."""
        return {"weight": self.weight, "bias": self.bias}


@hookimpl
def readouts() -> list[type[Readout]]:
    """Provide the read-out."""
    return [Ridge]

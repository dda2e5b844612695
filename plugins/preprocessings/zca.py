"""Whitening of whole stimuli that changes them as little as it can."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Preprocessing, State, hookimpl
from neuroplast_plugins.preprocessings import whitening


class Zca(Preprocessing):
    """Symmetric whitening (ZCA) of whole stimuli.

        y = (x - mean) Z,   Z = E diag((λ + ε)^-1/2) Eᵀ,   E diag(λ) Eᵀ the covariance, divided by n - 1

    The covariance of y is E diag(λ / (λ + ε)) Eᵀ: the identity along directions in which stimuli vary by much more
    than ε, and nearly nothing along those in which they hardly vary. Mean and covariance are of all training
    stimuli and no others (discrepancy M1, discrepancy M2, discrepancy N3), in the order of axes that y is computed
    in (discrepancy N4), and ε is added once, to the eigenvalues (discrepancy N5). Standardise first where features
    have other units.

    Shapes:
        x: (n, channels, height, width) or (n, features), in any unit r. ε, λ in r². y has no unit.

    Source:
        Bell & Sejnowski (1997), Vision Research 37, 3327-3338; with ε Coates & Ng (2012), in Neural Networks: Tricks of
        the Trade, 561-580.
    """

    kind: ClassVar[str] = "zca"
    signed: ClassVar[bool] = True
    epsilon: float = Field(1e-3, gt=0, description="ε, added to the eigenvalues of the covariance")

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """Mean and whitening matrix, computed in float64."""
        mean = whitening.mean(x)
        covariance = whitening.gram(block - mean for block in whitening.blocks(x))
        matrix = whitening.inverse_root(covariance / max(1, len(x) - 1), self.epsilon)
        return {"mean": mean.float(), "matrix": matrix.float()}

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The whitened stimuli."""
        return whitening.turned(x - memory.mean.view(x.shape[1:]), memory.matrix)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [Zca]

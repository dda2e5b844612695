"""Whitening as published by Miconi."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Preprocessing, State, hookimpl
from neuroplast_plugins.preprocessings import whitening


class ZcaMiconi(Preprocessing):
    """Whitening as published by Miconi: each stimulus z-scored by itself, and no mean across stimuli removed.

        y = t A^-1/2,   A = Σ tᵀt / N + ε I,   t = (x - mean of x) / (s.d. of x + 1e-10), s.d. with n - 1

    N is the number of features, 3072 on CIFAR-10, where the number n of stimuli belongs (discrepancy M1): beside
    Σ tᵀt / n the ridge acts like ε N / n, 3.4e-4 with 9,000 stimuli, and y is sqrt(N / n) times as large, 0.58. The sum
    is over `stimuli` training stimuli, evenly spaced, where the paper has all (discrepancy M2), and the code a random
    batch; it flips them at random first, which `flip` with `when = "always"` does where it stands before this. `zca` is
    the correct form.

    Shapes:
        x: (n, channels, height, width) or (n, features), in any unit. t, y and ε have none.

    Source:
        Miconi (2021), arXiv 2107.01729, as coded.
    """

    kind: ClassVar[str] = "zca_miconi"
    signed: ClassVar[bool] = True
    epsilon: float = Field(1e-3, gt=0, description="ε, the ridge added to the diagonal of A")
    stimuli: int = Field(
        9000, ge=1, description="training stimuli that A is computed from; all if there are fewer"
    )

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """The whitening matrix, computed in float64."""
        chosen = torch.arange(min(self.stimuli, len(x))) * len(x) // min(self.stimuli, len(x))
        sums = whitening.gram(_z_scored(block) for block in whitening.blocks(x[chosen]))
        return {"matrix": whitening.inverse_root(sums / len(sums), self.epsilon).float()}

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The z-scored stimuli, whitened."""
        return whitening.turned(_z_scored(x.flatten(1).double()).to(x).view(x.shape), memory.matrix)


def _z_scored(rows: Tensor) -> Tensor:
    """Each row by its own mean and standard deviation."""
    deviation = rows.std(1, correction=min(1, rows.shape[1] - 1), keepdim=True)
    return (rows - rows.mean(1, keepdim=True)) / (deviation + 1e-10)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [ZcaMiconi]

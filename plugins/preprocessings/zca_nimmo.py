"""Whitening as published by Nimmo."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Preprocessing, State, hookimpl
from neuroplast.functional import product
from neuroplast_plugins.preprocessings import whitening


class ZcaNimmo(Preprocessing):
    """Whitening as published by Nimmo: features standardised, one ε used twice.

        y = z E diag((λ + ε)^-1/2) Eᵀ,   z = (x - mean) / (s.d. + ε) per feature, E diag(λ) Eᵀ = Σ zᵀz / (n - 1)

    The text names centring and an SVD only; the code also divides by the standard deviation, and uses ε = 1e-3 for both
    sums (discrepancy N5). Fitted on training stimuli only, where the source takes the 10,000 test images too, which no
    part is given here (discrepancy N3). `zca_nimmo_mismatched` is the final revision of the code (discrepancy N4).

    Shapes:
        x: (n, channels, height, width) or (n, features), in any unit. z and y have none.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, as coded.
    """

    kind: ClassVar[str] = "zca_nimmo"
    signed: ClassVar[bool] = True
    epsilon: float = Field(
        1e-3, gt=0, description="ε, added to standard deviations and to eigenvalues"
    )

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """Mean, divisor and whitening matrix."""
        return standardised_zca(x, self.epsilon)

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The standardised stimuli, whitened."""
        return whitened(x, memory)


class ZcaNimmoMismatched(Preprocessing):
    """Whitening as in Nimmo's final code: fitted in one order of axes and applied in another.

        y = z Z,   z = (x - mean) / (s.d. + ε)   as in `zca_nimmo`, but mean, s.d. and Z are of stimuli flattened as
        (height, width, channels), and x is flattened as (channels, height, width)

    So every pixel is standardised and mixed by the numbers of another one (discrepancy N4): y is not white. With one
    channel the two orders are the same, and so are the two parts.

    Shapes:
        x: (n, channels, height, width), in any unit. z and y have none.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, code from 18 September 2024 on.
    """

    kind: ClassVar[str] = "zca_nimmo_mismatched"
    signed: ClassVar[bool] = True
    epsilon: float = Field(
        1e-3, gt=0, description="ε, added to standard deviations and to eigenvalues"
    )

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """Mean, divisor and whitening matrix, of pixels with their channels together."""
        return standardised_zca(x.movedim(1, -1), self.epsilon)

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The stimuli, channel after channel, by those numbers."""
        return whitened(x, memory)


def standardised_zca(x: Tensor, epsilon: float) -> dict[str, Tensor]:
    """Mean and divisor of each feature, and the whitening matrix of features so standardised; in float64 till here."""
    mean = whitening.mean(x)
    divisor = whitening.deviation(x, mean) + epsilon
    sums = whitening.gram((block - mean) / divisor for block in whitening.blocks(x))
    matrix = whitening.inverse_root(sums / max(1, len(x) - 1), epsilon)
    return {"mean": mean.float(), "divisor": divisor.float(), "matrix": matrix.float()}


def whitened(x: Tensor, memory: State) -> Tensor:
    """A batch by mean, divisor and matrix, in the order in which it lies flat."""
    z = (x.flatten(1) - memory.mean) / memory.divisor
    return product(z, memory.matrix).view(x.shape)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide both preprocessings."""
    return [ZcaNimmo, ZcaNimmoMismatched]

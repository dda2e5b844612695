"""Zero-phase whitening: x̂ = V (L + ε)^(-1/2) Vᵀ (x - mean), C = V L Vᵀ the covariance of the training stimuli.

Bell & Sejnowski (1997), Vision Research 37, 3327-3338. One ε, on the eigenvalues of the covariance that is used,
which is divided by the number of stimuli: what facts.md calls the correct version of M1 and N5.
"""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.tilted import (
    POINTS,
    TILTED,
    TOLERANCE,
    preprocessed,
    stretched,
)


class ZcaClaims(PreprocessingClaims):
    """Each principal component over sqrt(variance + ε)."""

    of = "zca"
    cases = ({}, {"epsilon": 0.75}, {"when": "train"})

    @holds
    def components_are_divided_by_their_spread(self, part: Preprocessing) -> None:
        """Of variance 4.5 and 0.5, about any mean: by sqrt(4.5 + ε) and sqrt(0.5 + ε), along the same axes."""
        epsilon = part.epsilon  # type: ignore[attr-defined]
        shift = torch.tensor([10.0, -4.0])
        found = preprocessed(part, TILTED + shift, POINTS + shift)
        expected = torch.tensor(stretched((4.5 + epsilon) ** -0.5, (0.5 + epsilon) ** -0.5))
        assert_close(found, expected, rtol=0, atol=TOLERANCE)

    @holds
    def by_hand(self, part: Preprocessing) -> None:
        """ε 0.75: 3 / sqrt(5.25) = 1.309307 along (1, 1), 1 / sqrt(1.25) = 0.894427 along (1, -1)."""
        chosen = type(part).model_validate({"epsilon": 0.75})
        found = preprocessed(chosen, TILTED, POINTS) @ torch.tensor([[1.0, 1.0], [1.0, -1.0]])
        lengths = found.abs() / 2**0.5
        expected = torch.tensor([[1.309307, 0.0]] * 2 + [[0.0, 0.894427]] * 2)
        assert_close(lengths, expected, rtol=0, atol=TOLERANCE)

    @holds
    def training_stimuli_come_out_uncorrelated(self, part: Preprocessing) -> None:
        """Correlated images come out with a covariance whose eigenvalues are l / (l + ε), and nothing over 1."""
        epsilon = part.epsilon  # type: ignore[attr-defined]
        rng = torch.Generator().manual_seed(0)
        mixing = torch.randn(12, 12, generator=rng)
        x = (torch.randn(500, 12, generator=rng) @ mixing).view(500, 3, 2, 2) + 1
        before = torch.linalg.eigvalsh(torch.cov(x.flatten(1).double().T))
        after = torch.linalg.eigvalsh(torch.cov(preprocessed(part, x, x).flatten(1).double().T))
        assert_close(after, before / (before + epsilon), rtol=0.01, atol=1e-3)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ZcaClaims]

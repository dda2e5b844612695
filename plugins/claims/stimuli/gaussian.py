"""Zero-mean Gaussian stimuli: the definition of a normal distribution with given principal components."""

from pathlib import Path

import torch

from neuroplast import Stimuli, hookimpl
from neuroplast.testing import Claims, StimuliClaims, holds


class GaussianClaims(StimuliClaims):
    """<x xᵀ> = Q diag(σ²) Qᵀ."""

    of = "gaussian"
    cases = ({"scales": (3.0, 1.0)}, {"inputs": 4, "exponent": 2.0, "rotate": False, "test": 50})

    @holds
    def second_moments_are_those_of_its_components(self, stimuli: Stimuli) -> None:
        """<(e_k · x)²> is the k-th variance: over 10,000 stimuli within 7 %, five standard errors."""
        drawn = stimuli.load(Path(), torch.Generator().manual_seed(0))
        along = drawn.train.x @ drawn.truth["components"].T
        found = along.square().mean(0) / drawn.truth["variances"]
        assert float((found - 1).abs().max()) < 0.07, found
        crossed = (along[:, 0] * along[:, 1]).mean() / drawn.truth["variances"][:2].prod().sqrt()
        assert abs(float(crossed)) < 0.05, crossed


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GaussianClaims]

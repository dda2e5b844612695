"""Gaussian stimuli: the definition of a normal distribution with a given mean and principal components."""

from pathlib import Path

import torch

from neuroplast import Stimuli, hookimpl
from neuroplast.testing import Claims, StimuliClaims, holds


class GaussianClaims(StimuliClaims):
    """<(x - m) (x - m)ᵀ> = Q diag(σ²) Qᵀ, <x> = m."""

    of = "gaussian"
    cases = (
        {"scales": (3.0, 1.0)},
        {"inputs": 4, "exponent": 2.0, "rotate": False, "test": 50},
        {"inputs": 4, "ratio": 0.5, "offset": 3.0},
    )

    @holds
    def second_moments_are_those_of_its_components(self, stimuli: Stimuli) -> None:
        """<(e_k · x)²> is the k-th variance: over 10,000 stimuli within 7 %, five standard errors."""
        drawn = stimuli.load(Path(), torch.Generator().manual_seed(0))
        along = (drawn.train.x - drawn.truth["mean"]) @ drawn.truth["components"].T
        found = along.square().mean(0) / drawn.truth["variances"]
        assert float((found - 1).abs().max()) < 0.07, found
        crossed = (along[:, 0] * along[:, 1]).mean() / drawn.truth["variances"][:2].prod().sqrt()
        assert abs(float(crossed)) < 0.05, crossed

    @holds
    def their_mean_has_the_length_asked_for(self, stimuli: Stimuli) -> None:
        """|m| = offset; the mean of 10,000 stimuli is within five standard errors of m along each component."""
        drawn = stimuli.load(Path(), torch.Generator().manual_seed(0))
        assert abs(float(drawn.truth["mean"].norm()) - stimuli.offset) < 1e-5  # type: ignore[attr-defined]
        along = (drawn.train.x - drawn.truth["mean"]).mean(0) @ drawn.truth["components"].T
        error = along / (drawn.truth["variances"] / len(drawn.train)).sqrt()
        assert float(error.abs().max()) < 5, error


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GaussianClaims]

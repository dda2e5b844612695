"""Gaussian stimuli, from the definition of a normal distribution with a given mean and given principal components.

The variances of a sample of n are within 5 sqrt(2/n) of those of the distribution, its mean within 5 sqrt(Σ σ² / n).
"""

from math import sqrt
from pathlib import Path
from typing import Any

import torch

from neuroplast import Stimuli, StimulusSet, hookimpl
from neuroplast.testing import Claims, StimuliClaims, holds


class GaussianClaims(StimuliClaims):
    """<x> = m, <(x - m) (x - m)ᵀ> = Q diag(σ²) Qᵀ: held to the sample, and what is told of it to the sample too."""

    of = "gaussian"
    cases = (
        {"scales": (3.0, 1.0)},
        {"inputs": 4, "exponent": 2.0, "rotate": False, "test": 50},
        {"inputs": 4, "ratio": 0.5, "offset": 3.0},
        {"inputs": 3, "ratio": 0.25, "rotate": False, "offset": 0.5},
        {"inputs": 3, "ratio": 1.0, "offset": 20.0},
        {"inputs": 3},
    )

    @holds
    def its_covariance_has_the_variances_asked_for(self, stimuli: Stimuli) -> None:
        """The eigenvalues of the sample's covariance are the variances, whatever way the components lie."""
        x = _drawn(stimuli, torch.Generator().manual_seed(0)).train.x.double()
        found = torch.linalg.eigvalsh(torch.cov(x.T)).flip(0) / torch.tensor(_variances(stimuli))
        assert float((found - 1).abs().max()) < 5 * sqrt(2 / len(x)), found

    @holds
    def without_rotation_components_are_the_axes_in_order(self, stimuli: Stimuli) -> None:
        """The k-th input has the k-th variance, and no two go together."""
        drawn = _drawn(
            stimuli.model_copy(update={"rotate": False}), torch.Generator().manual_seed(0)
        )
        x = drawn.train.x.double()
        found = x.var(0) / torch.tensor(_variances(stimuli))
        assert float((found - 1).abs().max()) < 5 * sqrt(2 / len(x)), found
        off = torch.corrcoef(x.T) - torch.eye(x.shape[1], dtype=x.dtype)
        assert float(off.abs().max()) < 5 / sqrt(len(x)), off

    @holds
    def their_mean_has_the_length_asked_for(self, stimuli: Stimuli) -> None:
        """The sample's mean is `offset` long, in a direction of its own for each seed."""
        first, second = (
            _drawn(stimuli, torch.Generator().manual_seed(seed)).train.x.double().mean(0)
            for seed in (0, 1)
        )
        offset = stimuli.offset  # type: ignore[attr-defined]
        error = 5 * sqrt(sum(_variances(stimuli)) / stimuli.train)  # type: ignore[attr-defined]
        assert abs(float(first.norm()) - offset) < error, first
        assert offset < 1 or abs(float(torch.cosine_similarity(first, second, dim=0))) < 0.999

    @holds
    def what_is_told_of_them_is_so(self, stimuli: Stimuli) -> None:
        """Along each component told, about the mean told, the sample has the variance told, and no mean left."""
        drawn = _drawn(stimuli, torch.Generator().manual_seed(0))
        mean, components, variances = (drawn.truth[n] for n in ("mean", "components", "variances"))
        for split in (drawn.train, drawn.test):
            if split is None:
                continue
            along = ((split.x - mean) @ components.T).double()
            found = along.square().mean(0) / variances
            assert float((found - 1).abs().max()) < 5 * sqrt(2 / len(split)), found
            error = along.mean(0) / (variances / len(split)).sqrt()
            assert float(error.abs().max()) < 5, error
        assert torch.allclose(components @ components.T, torch.eye(len(mean)), atol=1e-5)

    @holds
    def variances_by_hand(self, stimuli: Stimuli) -> None:
        """Of ratio 1/2 each is half of the one before: 1, 1/2, 1/4; by the exponent 1: 1, 1/2, 1/3."""
        made: Any = type(stimuli)
        for parameters, expected in (
            ({"inputs": 3, "ratio": 0.5}, [1.0, 0.5, 0.25]),
            ({"inputs": 3, "exponent": 1.0}, [1.0, 0.5, 1 / 3]),
            ({"inputs": 3}, [1.0, 0.5, 1 / 3]),
            ({"scales": (1.0, 3.0, 2.0)}, [9.0, 4.0, 1.0]),
        ):
            told = _drawn(made(**parameters), torch.Generator().manual_seed(0)).truth["variances"]
            assert torch.allclose(told, torch.tensor(expected)), told


def _drawn(stimuli: Any, rng: Any) -> StimulusSet:
    found: StimulusSet = stimuli.load(Path(), rng)
    return found


def _variances(stimuli: Any) -> list[float]:
    """σ², the largest first, from the parameters as they are described."""
    if stimuli.scales is not None:
        return sorted((s * s for s in stimuli.scales), reverse=True)
    if stimuli.ratio is not None:
        found = [1.0]
        while len(found) < stimuli.inputs:
            found.append(found[-1] * stimuli.ratio)
        return found
    exponent = 1.0 if stimuli.exponent is None else stimuli.exponent
    return [float(k**-exponent) for k in range(1, stimuli.inputs + 1)]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GaussianClaims]

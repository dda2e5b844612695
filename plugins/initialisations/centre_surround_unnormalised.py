"""Centre-surround fields as published by Nimmo."""

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights
from neuroplast_plugins.initialisations.gaussians import bell, centres, kernel_side, surround_width


class CentreSurroundUnnormalised(Initialisation):
    """Differences of two Gaussians that both peak at 1, as published: rings of one sign around an empty centre.

        w_ic(r) = ± (R / 2 sqrt(N)) D_i(r) / Σ |D|,   D_i(r) = exp(-r² / 2γ_i²s_i²) - exp(-r² / 2s_i²)
        s_i = (k / 4) sqrt((1 - γ_i²) / -ln γ_i),   γ_i ~ U(0, 1/2),   N the fan-in

    D is 0 in the middle and negative everywhere else, where `centre_surround` has a centre and a surround of opposite
    signs. The sum runs over all neurons of the layer, so weights fall with their number: 100 times as many, 100 times
    smaller (discrepancy N37). All channels of a neuron are alike.

    Shapes:
        w: (post, channels, k, k). r, s in pixels.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, as coded; in no result.

    Raises:
        ConfigurationError: where weights have no square kernels of 3 x 3 or more.
    """

    kind: ClassVar[str] = "centre_surround_unnormalised"
    radius: float = Field(25.0, gt=0, description="R, as in `normal`; here it only scales")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Rings, positive and negative."""
        side = kernel_side(shape, self.kind)
        # not below 1e-6: at γ = 0 there is no centre, and its logarithm is infinite
        gamma = torch.rand(shape[0], generator=rng, dtype=torch.float64).clamp_min(2e-6) / 2
        wide = surround_width(side, gamma)
        rings = bell(side, gamma * wide) - bell(side, wide)
        rings = (self.radius / sqrt(fan_in) / 2 * rings / rings.abs().sum()).float()
        signs = centres(shape[0], rng)
        return (signs * rings.unsqueeze(1)).expand(shape).clone()


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [CentreSurroundUnnormalised]

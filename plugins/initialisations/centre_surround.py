"""Receptive fields with an excited centre and an inhibited surround, or the other way round."""

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights
from neuroplast_plugins.initialisations.gaussians import bell, centres, kernel_side, surround_width


class CentreSurround(Initialisation):
    """Differences of two Gaussians of unit integral: half of the neurons on-centre, half off-centre, in random order.

        w_ic(r) = ± a_ic D(r) / |D|,   D(r) = exp(-r² / 2γ²s²) / 2πγ²s² - exp(-r² / 2s²) / 2πs²
        s = (k / 4) sqrt((1 - γ²) / -ln γ),   a_ic = |z|,   z ~ N(0, A² / C),   C the input channels of a neuron

    D crosses zero at r = γ k / 2, in a kernel of k x k. Each neuron has one sign for all of its channels, and every
    channel an amplitude of its own, so that |w_i| is about A, however many neurons there are. The published form
    forgets to normalise the Gaussians, see `centre_surround_unnormalised` (discrepancy N37).

    Shapes:
        w: (post, channels, k, k). r, s in pixels.

    Source:
        Babaiee, Kiasari, Rus & Grosu (2024), WACV; Rodieck (1965), Vision Research 5, 583-601.

    Raises:
        ConfigurationError: where weights have no square kernels of 3 x 3 or more.
    """

    kind: ClassVar[str] = "centre_surround"
    gamma: float = Field(
        0.35, gt=0, lt=0.5, description="γ, the centre's width over the surround's"
    )
    amplitude: float = Field(1.0, gt=0, description="A, the expected norm of a neuron's weights")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """On- and off-centre fields."""
        side = kernel_side(shape, self.kind)
        wide = surround_width(side, self.gamma)
        narrow = self.gamma * wide
        field = bell(side, narrow) / narrow.square() - bell(side, wide) / wide.square()
        field = (field / field.norm()).float()
        signs = centres(shape[0], rng)
        sizes = torch.randn(*shape[:2], 1, 1, generator=rng).abs() * self.amplitude / sqrt(shape[1])
        w: Weights = signs * sizes * field
        return w


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [CentreSurround]

"""Neighbouring positions of a channel excite near, and inhibit farther away, in balance."""

from typing import ClassVar

from torch import Tensor

from neuroplast import Dynamics, hookimpl
from neuroplast_plugins.dynamics.difference_of_gaussians import DifferenceOfGaussians, gaussian


class Surround(DifferenceOfGaussians):
    """v = D * u, each channel map filtered by a difference of Gaussians whose sum is zero.

        D = (G_c / Σ G_c - G_s / Σ G_s), divided by its middle value, so that D(0, 0) = 1
        G_σ(a, b) = exp(-(a² + b²) / 2σ²), on a grid of size x size; zeros beyond the map's borders

    A uniform region gives zero, away from the borders. The published kernel is `surround_positive_sum`, whose sum of
    2.34 amplifies uniform regions (discrepancy N12).

    Shapes:
        u, v: (batch, post, height, width).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, with the balance that its text describes;
        Rodieck (1965), Vision Research 5, 583-601.

    Raises:
        Refusal: where the response has no positions.
    """

    kind: ClassVar[str] = "surround"

    def kernel(self) -> Tensor:
        """D, (size, size), in float64."""
        centre, surround = gaussian(self.size, self.centre), gaussian(self.size, self.surround)
        kernel = centre / centre.sum() - surround / surround.sum()
        return kernel / kernel.max()


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [Surround]

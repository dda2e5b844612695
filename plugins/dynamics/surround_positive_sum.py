"""The lateral surround as it was published, whose kernel has a positive sum."""

from typing import ClassVar

from torch import Tensor

from neuroplast import Dynamics, hookimpl
from neuroplast_plugins.dynamics.difference_of_gaussians import DifferenceOfGaussians, gaussian


class SurroundPositiveSum(DifferenceOfGaussians):
    """v = D * u, each channel map filtered by a difference of Gaussians of positive sum.

        D = (N_c - N_s) / (N_c(0, 0) - N_s(0, 0)),   N_σ(a, b) = exp(-(a² + b²) / 2σ²) / 2πσ²

    With the published 5 x 5, 1.2 and 1.4 the kernel sums to 2.34069: uniform regions are amplified by that factor, and
    only less than patterns of a period near 5.2 positions, by up to 3.23, where the text says that uniform backgrounds
    are suppressed; zeros beyond the borders darken them (discrepancy N12). The balanced form is `surround`.

    Shapes:
        u, v: (batch, post, height, width).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.

    Raises:
        Refusal: where the response has no positions.
    """

    kind: ClassVar[str] = "surround_positive_sum"

    def kernel(self) -> Tensor:
        """D, (size, size), in float64."""
        kernel = gaussian(self.size, self.centre) - gaussian(self.size, self.surround)
        return kernel / kernel.max()


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [SurroundPositiveSum]

"""Neighbouring positions of a channel excite near, and inhibit farther away, in balance."""

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from torch import Tensor

from neuroplast import Dynamics, Fit, State, hookimpl
from neuroplast.shapes import Post
from neuroplast_plugins.dynamics.difference_of_gaussians import check_map, filtered, gaussian


class Surround(Dynamics):
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
    parameter_aliases = {"sigma_e": "centre", "sigma_i": "surround"}
    size: int = Field(5, ge=3, description="side of the kernel, in positions; odd")
    centre: float = Field(1.2, gt=0, description="σ of the excitation, in positions")
    surround: float = Field(1.4, gt=0, description="σ of the inhibition, in positions")

    @model_validator(mode="after")
    def _wider(self) -> "Surround":
        if self.surround <= self.centre or self.size % 2 == 0:
            found = f"has size {self.size}, centre {self.centre:g}, surround {self.surround:g}"
            raise PydanticCustomError("forms", f"{found}; choose an odd size and a wider surround")
        return self

    def check(self, fit: Fit) -> None:
        """Refuse a response without positions."""
        check_map(fit, self.kind)

    def kernel(self) -> Tensor:
        """D, (size, size), in float64."""
        centre, surround = gaussian(self.size, self.centre), gaussian(self.size, self.surround)
        kernel = centre / centre.sum() - surround / surround.sum()
        return kernel / kernel.max()

    def integrate(self, u: Post, memory: State) -> Post:
        """The filtered maps."""
        return filtered(u, self.kernel())


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [Surround]

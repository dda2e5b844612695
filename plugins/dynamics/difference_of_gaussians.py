"""The kernels of the two lateral surrounds, and how they are applied to maps."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar, Self

import torch
import torch.nn.functional as F
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from torch import Tensor

from neuroplast import Dynamics, Fit, Refusal, State
from neuroplast.shapes import Post


def gaussian(size: int, sigma: float) -> Tensor:
    """exp(-r² / 2σ²) / 2πσ² on a square grid, r the distance from its middle in pixels; float64."""
    along = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    squares = along[:, None] ** 2 + along**2
    return torch.exp(-squares / (2 * sigma**2)) / (2 * torch.pi * sigma**2)


def filtered(u: Post, kernel: Tensor) -> Post:
    """Every channel map on its own under the kernel, zeros beyond its borders."""
    weights = kernel[None, None].expand(u.shape[1], 1, *kernel.shape)
    return F.conv2d(u, weights, padding=len(kernel) // 2, groups=u.shape[1])


class DifferenceOfGaussians(Dynamics):
    """Each channel map filtered by a kernel that excites near and inhibits around."""

    parameter_aliases: ClassVar[Mapping[str, str]] = {"sigma_e": "centre", "sigma_i": "surround"}
    size: int = Field(5, ge=3, description="side of the kernel, in positions; odd")
    centre: float = Field(1.2, gt=0, description="σ of the excitation, in positions")
    surround: float = Field(1.4, gt=0, description="σ of the inhibition, in positions")

    @model_validator(mode="after")
    def _wider(self) -> Self:
        if self.surround <= self.centre or self.size % 2 == 0:
            found = f"has size {self.size}, centre {self.centre:g}, surround {self.surround:g}"
            raise PydanticCustomError("forms", f"{found}; choose an odd size and a wider surround")
        return self

    def check(self, fit: Fit) -> None:
        """Refuse a response without positions."""
        if len(fit.response_shape) != 3:
            raise Refusal(
                "surround_without_positions",
                f"{self.kind}: a response {fit.response_shape} has no neighbouring positions; "
                "use a convolution, or leave it out",
            )

    @abstractmethod
    def kernel(self) -> Tensor:
        """D, (size, size), in float64."""

    def integrate(self, u: Post, memory: State) -> Post:
        """The filtered maps."""
        return filtered(u, _kernel(self, u.dtype, u.device))


@lru_cache(64)
def _kernel(part: DifferenceOfGaussians, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Kept, so that a step on a GPU does not wait for it to be copied there."""
    return part.kernel().to(device, dtype)

"""The kernels of the two lateral surrounds, and how they are applied to maps."""

import torch
import torch.nn.functional as F
from torch import Tensor

from neuroplast import Fit, Refusal
from neuroplast.shapes import Post


def gaussian(size: int, sigma: float) -> Tensor:
    """exp(-r² / 2σ²) / 2πσ² on a square grid, r the distance from its middle in pixels; float64."""
    along = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    squares = along[:, None] ** 2 + along**2
    return torch.exp(-squares / (2 * sigma**2)) / (2 * torch.pi * sigma**2)


def filtered(u: Post, kernel: Tensor) -> Post:
    """Every channel map on its own under the kernel, zeros beyond its borders."""
    weights = kernel.to(u)[None, None].expand(u.shape[1], 1, *kernel.shape)
    return F.conv2d(u, weights, padding=len(kernel) // 2, groups=u.shape[1])


def check_map(fit: Fit, kind: str) -> None:
    """Refuse a response without positions."""
    if len(fit.response_shape) != 3:
        raise Refusal(
            "surround_without_positions",
            f"{kind}: a response {fit.response_shape} has no neighbouring positions; use a convolution, "
            "or leave it out",
        )

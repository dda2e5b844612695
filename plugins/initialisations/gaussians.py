"""What both centre-surround initialisations share."""

import torch
from torch import Tensor

from neuroplast import Refusal
from neuroplast.shapes import Shape


def kernel_side(shape: Shape, kind: str) -> int:
    """The side of the square kernels of weights; Refusal where there are none with a surround."""
    if len(shape) != 4 or shape[2] != shape[3] or shape[2] < 3:
        raise Refusal(
            "surround_without_kernel",
            f"{kind}: weights of shape {tuple(shape)} have no square kernels of 3 x 3 or more; "
            "use it in such a convolution, or another initialisation",
        )
    return shape[2]


def surround_width(side: int, gamma: Tensor | float) -> Tensor:
    """(side / 4) sqrt((1 - γ²) / -ln γ): the surround's s.d. for Gaussians of unit integral to cross at γ side / 2."""
    ratio = torch.as_tensor(gamma, dtype=torch.float64)
    return side / 4 * ((1 - ratio**2) / -ratio.log()).sqrt()


def bell(side: int, width: Tensor) -> Tensor:
    """exp(-r² / 2 width²) on a kernel, r from its middle in pixels: (*width, side, side)."""
    offset = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    squares = offset.square().view(-1, 1) + offset.square()
    return torch.exp(-squares / (2 * width.square()[..., None, None]))


def centres(neurons: int, rng: torch.Generator) -> Tensor:
    """+1 for half of the neurons, rounded down, -1 for the others, in random order: (neurons, 1, 1, 1)."""
    sign = torch.where(torch.arange(neurons) < neurons // 2, 1.0, -1.0)
    return sign[torch.randperm(neurons, generator=rng)].view(-1, 1, 1, 1)

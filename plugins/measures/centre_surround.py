"""How far the kernels of a layer are centre and surround: of one value in the middle, and another around it."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class CentreSurround(Measure):
    """How well a function of the distance from the middle describes a kernel, and how the middle differs from the rest.

        r² = 1 - Σ (w - w̄_ring)² / Σ (w - w̄)²        w̄_ring the mean of all weights at the same distance
        index = |w_centre - s| / (|w_centre| + |s|)   s the mean of all weights but the centre

    Neither depends on the kernel's sign or length. index is 1 where centre and surround have opposite signs, or one of
    them is nothing, and 0 where they are alike; a kernel of one sign is a matter of degree. Neither number means much
    without chance: of k x k independent normal weights r² is (rings - 1) / (k² - 1) on average, 1/4 for k = 3, the
    centre opposes the surround's mean in half of the kernels, and is the extreme of all in 2 of k².

    Shapes:
        w: (post, pre, k, k), k odd; every (post, pre) is a kernel. Kernels without weights are left out, and of r²
            those that are the same everywhere; a number is NaN where none are left.

    Source:
        Proportions of chance and the question: Jimenez Nimmo (2024), MSc thesis, City, University of London, whose
        depthwise kernels are reported as centre and surround (discrepancy N32).

    Raises:
        ConfigurationError: where the layer is not there, or has no kernels of odd side 3 or more.
    """

    kind: ClassVar[str] = "centre_surround"
    layer: str | None = Field(None, description="whose kernels; the first layer's by default")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`r2`, `index`, means over kernels; `opposed`, `extreme`, shares of kernels; `ring_...`, mean weights.

        opposed: the centre has another sign than the surround's mean. extreme: the centre is the largest or smallest
        of a kernel that is not the same everywhere.
        ring_0, ring_1, ...: the mean weight at each distance, nearest first (0, 1, √2, 2, ...), of kernels turned so
        that the centre is positive.
        """
        name = self.layer or next(iter(network.layers), "")
        layer = network.layers.get(name)
        w = None if layer is None else layer.w.detach().cpu().double()
        if w is None or w.dim() != 4 or w.shape[-1] % 2 == 0 or w.shape[-1] < 3:
            shown = "there is no such layer" if w is None else f"its weights are {tuple(w.shape)}"
            raise ConfigurationError(
                f"centre_surround: {name!r} has no kernels with a middle: {shown}; "
                "name a convolution with kernels of 3 x 3, 5 x 5, ..."
            )
        kernels = w.flatten(0, 1)
        return _described(kernels[kernels.abs().amax((1, 2)) > 0])


def _described(kernels: Tensor) -> dict[str, float]:
    k = kernels.shape[-1]
    rings = _rings(k)
    flat = kernels.flatten(1)
    centre = flat[:, k * k // 2]
    around = (flat.sum(1) - centre) / (k * k - 1)
    means = torch.stack([flat[:, ring].mean(1) for ring in rings.values()], 1)
    within = torch.stack(
        [
            (flat[:, ring] - means[:, i : i + 1]).square().sum(1)
            for i, ring in enumerate(rings.values())
        ]
    ).sum(0)
    total = (flat - flat.mean(1, keepdim=True)).square().sum(1)
    turned = means * torch.where(centre < 0, -1.0, 1.0)[:, None]
    r2 = (1 - within / total)[total > 0]
    contrast = (centre - around).abs() / (centre.abs() + around.abs())
    smallest, largest = flat.aminmax(dim=1)
    extreme = ((centre == largest) | (centre == smallest)) & (smallest < largest)
    profile = {f"ring_{i}": float(turned[:, i].mean()) for i in range(len(rings))}
    return {
        **profile,
        "opposed": float((centre * around < 0).double().mean()),
        "extreme": float(extreme.double().mean()),
        "index": float(contrast.mean()),
        "r2": float(r2.mean()),
    }


def _rings(k: int) -> dict[int, Tensor]:
    """The places at each squared distance from the middle of a k x k kernel, flattened, nearest first."""
    along = torch.arange(k) - k // 2
    squares = (along[:, None] ** 2 + along**2).flatten()
    return {d: squares == d for d in sorted(set(squares.tolist()))}


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [CentreSurround]

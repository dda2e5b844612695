"""Whitening of patches, for a convolution of 1 x 1 to learn from."""

from collections.abc import Iterator
from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Preprocessing, State, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.preprocessings import whitening
from neuroplast_plugins.preprocessings.images import image

_BLOCK = 64
"""Images unfolded at a time while fitting."""


class PatchWhitening(Preprocessing):
    """Every patch of an image is whitened by itself, and takes the place of its pixel as channels.

        y[:, r, c] = (p - mean) Z,   p = x[:, r : r+k, c : c+k] flattened, Z the ZCA matrix of patches (as in `zca`)

    A convolution of k x k learns from overlapping patches; here a convolution of 1 x 1 behind it does the same on white
    ones. Mean and covariance are of all patches of `stimuli` training stimuli, evenly spaced.

    Shapes:
        x: (n, channels, height, width), in any unit r. ε in r².
        y: (n, channels · k², height - k + 1, width - k + 1), without unit; channels in the order of a kernel's weights.

    Source:
        Miconi (2021), arXiv 2107.01729, "method 2"; Coates, Ng & Lee (2011), AISTATS, 215-223, for whitened patches.
    """

    kind: ClassVar[str] = "patch_whitening"
    signed: ClassVar[bool] = True
    kernel: int = Field(5, ge=1, description="k, the side of a patch in pixels")
    epsilon: float = Field(1e-3, gt=0, description="ε, added to the eigenvalues of the covariance")
    stimuli: int = Field(
        5000, ge=1, description="training stimuli that are looked at; all if there are fewer"
    )

    def output_shape(self, shape: Shape) -> Shape:
        """(channels · k², height - k + 1, width - k + 1); ConfigurationError where no patch fits."""
        channels, height, width = image(shape, self.kind)
        if self.kernel > min(height, width):
            raise ConfigurationError(
                f"patch_whitening: no patch of {self.kernel} x {self.kernel} fits into an image of {height} x {width}; "
                f"set kernel to {min(height, width)} or less"
            )
        return channels * self.kernel**2, height - self.kernel + 1, width - self.kernel + 1

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """Mean patch and whitening matrix, computed in float64."""
        self.output_shape(tuple(x.shape[1:]))
        chosen = x[torch.arange(min(self.stimuli, len(x))) * len(x) // min(self.stimuli, len(x))]
        count, total = 0, x.new_zeros((), dtype=torch.float64)
        for rows in self._patches(chosen):
            count, total = count + len(rows), total + rows.sum(0)
        mean = total / count
        covariance = whitening.gram(rows - mean for rows in self._patches(chosen)) / max(
            1, count - 1
        )
        matrix = whitening.inverse_root(covariance, self.epsilon)
        return {"mean": mean.float(), "matrix": matrix.float()}

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The whitened patches: a convolution by the rows of Z, which is symmetric, less what the mean gives."""
        channels = self.output_shape(tuple(x.shape[1:]))[0]
        kernels = memory.matrix.view(channels, x.shape[1], self.kernel, self.kernel)
        return F.conv2d(x, kernels, -(memory.matrix @ memory.mean))

    def _patches(self, x: Tensor) -> Iterator[Tensor]:
        """(some, channels · k²) in float64, all patches of some images at a time."""
        for block in torch.split(x, _BLOCK):
            yield F.unfold(block.double(), self.kernel).transpose(1, 2).flatten(0, 1)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [PatchWhitening]

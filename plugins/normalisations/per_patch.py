"""Each patch of an image on its own brought to zero mean and unit variance."""

from typing import ClassVar

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Normalisation, Refusal, State, hookimpl
from neuroplast.shapes import Shape


class PerPatch(Normalisation):
    """Every patch takes the place of a pixel, as channels, and is z-scored by itself.

        x̂[:, r, s] = (p - mean of p) / (s.d. of p + epsilon)
        p = x[:, stride r : stride r + k, stride s : stride s + k] flattened, s.d. with n - 1

    A convolution of k x k cannot normalise its patches, since they share pixels; here a convolution of 1 x 1 behind
    them learns the same weights from patches of their own, in k² times the memory.

    Shapes:
        x: (batch, channels, height, width).
        x̂: (batch, channels · k², rows, columns) as of a convolution without padding, channels in the order of a
            kernel's weights.

    Source:
        Miconi (2021), arXiv 2107.01729, "method 2".

    Raises:
        ConfigurationError: for inputs that are no images, or smaller than a patch.
    """

    kind: ClassVar[str] = "per_patch"
    signed: ClassVar[bool] = True
    kernel: int = Field(ge=1, description="k, the side of a patch in pixels")
    stride: int = Field(1, ge=1, description="pixels from one patch to the next")
    epsilon: float = Field(1e-10, gt=0, description="added to the standard deviation")

    def output_shape(self, shape: Shape) -> Shape:
        """(channels · k², height, width), as many positions as there are patches."""
        if len(shape) != 3:
            raise Refusal(
                "patches_without_image",
                f"per_patch: an input of shape {tuple(shape)} has no patches; give it images, or leave it out",
            )
        if min(shape[1:]) < self.kernel:
            raise ConfigurationError(
                f"per_patch: an input of shape {tuple(shape)} has no patches of {self.kernel} x {self.kernel}; "
                "give it images of that size or more, or set a smaller kernel"
            )
        height, width = ((side - self.kernel) // self.stride + 1 for side in shape[1:])
        return shape[0] * self.kernel**2, height, width

    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """By each patch's own statistics."""
        shape = self.output_shape(tuple(x.shape[1:]))
        patches = F.unfold(x, self.kernel, stride=self.stride)
        patches = patches - patches[:, :1]  # so that equal values become exactly 0
        deviation = patches.std(1, correction=min(1, shape[0] - 1), keepdim=True)
        centred = patches - patches.mean(1, keepdim=True)
        return (centred / (deviation + self.epsilon)).view(-1, *shape)


@hookimpl
def normalisations() -> list[type[Normalisation]]:
    """Provide the normalisation."""
    return [PerPatch]

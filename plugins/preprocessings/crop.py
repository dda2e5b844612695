"""Images displaced at random."""

from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Preprocessing, State, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.preprocessings.images import image


class Crop(Preprocessing):
    """Each image is padded on all sides, and a window of its old size is cut out at random, anew at every presentation.

    So it moves by up to `padding` pixels along each axis; what is uncovered is the mirrored border, or 0.

    Shapes:
        x: (n, channels, height, width), in any unit.

    Source:
        Journé et al. (2023), arXiv 2209.11883: padding 4, mirrored, on STL-10.
    """

    kind: ClassVar[str] = "crop"
    when: Literal["always", "train"] = Field(
        "train", description="whether it is done to all stimuli, or to training stimuli alone"
    )
    padding: int = Field(4, ge=0, description="pixels added on each side")
    border: Literal["reflect", "zero"] = Field("reflect", description="what is added there")

    def output_shape(self, shape: Shape) -> Shape:
        """The same; ConfigurationError for what is no image, or too small to be mirrored."""
        _, height, width = image(shape, self.kind)
        if self.border == "reflect" and self.padding >= min(height, width):
            raise ConfigurationError(
                f"crop: {self.padding} pixels cannot be mirrored from an image of {height} x {width}; "
                f'set padding to {min(height, width) - 1} or less, or border = "zero"'
            )
        return shape

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """A window of each image."""
        n, channels, height, width = x.shape[0], *image(tuple(x.shape[1:]), self.kind)
        self.output_shape((channels, height, width))
        mode = "reflect" if self.border == "reflect" else "constant"
        padded = F.pad(x, (self.padding,) * 4, mode=mode)
        corner = torch.randint(2 * self.padding + 1, (2, n, 1), generator=rng).to(x.device)
        rows = corner[0] + torch.arange(height, device=x.device)
        columns = corner[1] + torch.arange(width, device=x.device)
        stimulus = torch.arange(n, device=x.device).view(-1, 1, 1, 1)
        channel = torch.arange(channels, device=x.device).view(-1, 1, 1)
        return padded[stimulus, channel, rows.view(n, 1, -1, 1), columns.view(n, 1, 1, -1)]


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [Crop]

"""Images flipped left to right at random."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Preprocessing, State, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.preprocessings.images import image


class Flip(Preprocessing):
    """Each image is flipped left to right with a probability of its own draw, anew at every presentation.

    By default training images only. `when = "always"` flips test images too, and those that a read-out is fitted on,
    as two of the published systems do (discrepancy M3, discrepancy N6).

    Shapes:
        x: (n, channels, height, width), in any unit.

    Source:
        Augmentation as in Krizhevsky, Sutskever & Hinton (2012), NIPS, 1097-1105.
    """

    kind: ClassVar[str] = "flip"
    when: Literal["always", "train"] = Field(
        "train", description="whether it is done to all stimuli, or to training stimuli alone"
    )
    probability: float = Field(0.5, ge=0, le=1, description="how likely an image is flipped")

    def output_shape(self, shape: Shape) -> Shape:
        """The same; ConfigurationError for what is no image."""
        image(shape, self.kind)
        return shape

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The images, some of them mirrored."""
        self.output_shape(tuple(x.shape[1:]))
        mirrored = torch.rand(len(x), 1, 1, 1, generator=rng) < self.probability
        return torch.where(mirrored.to(x.device), x.flip(-1), x)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [Flip]

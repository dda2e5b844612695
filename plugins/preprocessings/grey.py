"""Colour images as grey ones."""

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Preprocessing, State, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.preprocessings.images import image

Share = Annotated[float, Field(ge=0)]


class Grey(Preprocessing):
    """y = Σ_c weight_c x_c: one channel of brightness in place of three of colour; grey images stay as they are.

    Shapes:
        x: (n, 3, height, width) or (n, 1, height, width), in any unit. y: (n, 1, height, width), in the same.

    Source:
        Weights of red, green and blue for the luminance of ITU-R recommendation BT.601.
    """

    kind: ClassVar[str] = "grey"
    aliases: ClassVar[tuple[str, ...]] = ("gray",)
    weights: tuple[Share, Share, Share] = Field(
        (0.299, 0.587, 0.114), description="shares of red, green and blue"
    )

    def output_shape(self, shape: Shape) -> Shape:
        """(1, height, width); ConfigurationError for anything but images of one or three channels."""
        channels, height, width = image(shape, self.kind)
        if channels not in (1, 3):
            raise ConfigurationError(
                f"grey: an image of {channels} channels is neither grey nor red, green and blue; leave it out"
            )
        return 1, height, width

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The brightness of each pixel."""
        self.output_shape(tuple(x.shape[1:]))
        if x.shape[1] == 1:
            return x.clone()
        return (x * x.new_tensor(self.weights).view(3, 1, 1)).sum(1, keepdim=True)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [Grey]

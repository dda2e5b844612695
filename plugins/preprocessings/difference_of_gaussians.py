"""A band-pass filter after the retina."""

from math import ceil, floor
from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from torch import Tensor

from neuroplast import ConfigurationError, Preprocessing, State, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.preprocessings.images import image


class DifferenceOfGaussians(Preprocessing):
    """A band-pass filter after the retina: a narrow Gaussian blur of each channel, less a wide one.

        y = G_centre * x - G_surround * x,   G_s(d) ~ exp(-d² / 2 s²) for |d| <= ceil(3 surround), sum 1

    Both blurs sum to 1, so uniform regions become 0. Borders are mirrored.

    Shapes:
        x: (n, channels, height, width), in any unit; y the same. centre, surround in pixels.

    Source:
        Marr & Hildreth (1980), Proc. R. Soc. B 207, 187-217, with their ratio of 1.6; for the retina
        Rodieck (1965), Vision Research 5, 583-601.
    """

    kind: ClassVar[str] = "difference_of_gaussians"
    signed: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = ("dog",)
    centre: float = Field(1.0, gt=0, description="s.d. of the narrow Gaussian, in pixels")
    surround: float = Field(1.6, gt=0, description="s.d. of the wide Gaussian, in pixels")

    @model_validator(mode="after")
    def _wider(self) -> "DifferenceOfGaussians":
        if self.surround <= self.centre:
            found = f"has a surround of {self.surround}, not wider than its centre of {self.centre}"
            raise PydanticCustomError("forms", f"{found}; set surround above {self.centre}")
        return self

    @property
    def reach(self) -> int:
        """How many pixels the filter reaches to each side."""
        return ceil(3 * self.surround)

    def output_shape(self, shape: Shape) -> Shape:
        """The same; ConfigurationError for what is no image, or smaller than the filter's reach."""
        _, height, width = image(shape, self.kind)
        if self.reach >= min(height, width):
            raise ConfigurationError(
                f"difference_of_gaussians: a filter that reaches {self.reach} pixels cannot mirror an image of "
                f"{height} x {width}; set surround to {floor(100 * (min(height, width) - 1) / 3) / 100:g} or less"
            )
        return shape

    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """The filtered images."""
        self.output_shape(tuple(x.shape[1:]))
        return self._blurred(x, self.centre) - self._blurred(x, self.surround)

    def _blurred(self, x: Tensor, width: float) -> Tensor:
        """Along columns, then along rows, since a Gaussian is the product of two."""
        d = torch.arange(-self.reach, self.reach + 1, device=x.device, dtype=torch.float64)
        kernel = torch.exp(-(d**2) / (2 * width**2))
        kernel = (kernel / kernel.sum()).to(x.dtype).view(1, 1, -1, 1)
        padded = F.pad(x, (self.reach,) * 4, mode="reflect").flatten(0, 1).unsqueeze(1)
        return F.conv2d(F.conv2d(padded, kernel), kernel.mT).view(x.shape)


@hookimpl
def preprocessings() -> list[type[Preprocessing]]:
    """Provide the preprocessing."""
    return [DifferenceOfGaussians]

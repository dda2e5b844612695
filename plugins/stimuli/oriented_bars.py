"""Images of bars at labelled orientations."""

import math
from pathlib import Path
from typing import ClassVar

import torch
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from torch import Tensor

from neuroplast import Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import balanced_labels, streams


class OrientedBars(Stimuli):
    """One bright bar on dark ground in each image; the label is its orientation.

        p(r, c) = clip( contrast · clip(thickness / 2 + 1/2 - d, 0, 1) + noise · z, 0, 1 )
        d = |(c - c_0) sin θ + (r - r_0) cos θ|,   θ = π y / orientations,   z ~ N(0, 1)

    d is the distance of a pixel from the bar's middle line, so that a bar runs through the whole
    image and its edges fall off over one pixel. θ = 0 is horizontal, and grows anticlockwise. The line
    passes (r_0, c_0), the image's middle displaced by up to `jitter` pixels along each axis.

    Shapes:
        x: (n, 1, side, side), from 0 (dark) to 1.
        y: (n,) from 0 to orientations - 1, each as often as the others or once more.
        truth["angles"]: (orientations,), θ in radians.
    """

    kind: ClassVar[str] = "oriented_bars"
    orientations: int = Field(
        8, ge=1, description="number of orientations, spread over half a turn"
    )
    side: int = Field(16, ge=2, description="side of the image, in pixels")
    thickness: float = Field(2.0, gt=0, description="thickness of the bar, in pixels")
    jitter: float = Field(2.0, ge=0, description="largest displacement along each axis, in pixels")
    contrast: float = Field(1.0, gt=0, le=1, description="brightness of the bar")
    noise: float = Field(0.0, ge=0, description="standard deviation of the noise on each pixel")
    train: int = Field(4_000, ge=1, description="training stimuli")
    test: int = Field(1_000, ge=0, description="test stimuli")

    @model_validator(mode="after")
    def _inside(self) -> "OrientedBars":
        if self.jitter > self.side / 2:
            found = f"has a jitter of {self.jitter} pixels, which puts bars outside the image"
            raise PydanticCustomError("forms", f"{found}; set jitter to {self.side / 2} or less")
        return self

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Draw training and test stimuli, each from a stream of its own."""
        for_train, for_test = streams(rng, 2)
        return StimulusSet(
            self._draw(self.train, for_train),
            self._draw(self.test, for_test) if self.test else None,
            classes=tuple(
                f"{180 * k / self.orientations:g} degrees" for k in range(self.orientations)
            ),
            copy="generated",
            source=str(self),
            truth={"angles": self._angles()},
        )

    def _angles(self) -> Tensor:
        return math.pi * torch.arange(self.orientations) / self.orientations

    def _draw(self, count: int, rng: torch.Generator) -> Split:
        y = balanced_labels(count, self.orientations, rng)
        shift = self.jitter * (2 * torch.rand(2, count, 1, 1, generator=rng) - 1)
        theta = self._angles()[y].view(-1, 1, 1)
        offset = torch.arange(self.side) - (self.side - 1) / 2
        rows, columns = offset.view(1, -1, 1) - shift[0], offset.view(1, 1, -1) - shift[1]
        distance = (columns * theta.sin() + rows * theta.cos()).abs()
        x = self.contrast * (self.thickness / 2 + 0.5 - distance).clamp(0, 1)
        if self.noise:
            x = (x + self.noise * torch.randn(x.shape, generator=rng)).clamp(0, 1)
        return Split(x.unsqueeze(1), y)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 1, self.side, self.side


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [OrientedBars]

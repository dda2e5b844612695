"""Bars with a Gaussian profile through the middle of a disc, all equally strong."""

import math
from pathlib import Path
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import balanced_labels, streams


class GaussianBars(Stimuli):
    """One bar through the middle of a disc in each image, of unit Euclidean norm; the label is its orientation.

        x(r, c) ∝ exp(-d² / 2 σ²) inside the disc, else 0,   d = |(c - m) sin θ + (r - m) cos θ|,   |x| = 1
        θ = k π / orientations,   m = (side - 1) / 2 the middle; inside: at most side / 2 from it

    So every stimulus is as strong as every other, and orientation is all that they differ in. θ is the angle from the
    horizontal, anticlockwise.

    Shapes:
        x: (n, 1, side, side), from 0, dimensionless.
        y: (n,) from 0 to orientations - 1, each as often as the others or once more.
        truth["angles"]: (orientations,), θ in radians. truth["bars"]: (orientations, side²), each bar as it is shown.

    Source:
        Oriented stimuli for BCM neurons: Bienenstock, Cooper & Munro (1982), J. Neuroscience 2, 32-48.
    """

    kind: ClassVar[str] = "gaussian_bars"
    orientations: int = Field(
        12, ge=1, description="number of orientations, spread over half a turn"
    )
    side: int = Field(11, ge=2, description="side of the image and diameter of the disc, in pixels")
    sigma: float = Field(
        0.8,
        ge=0.1,
        description="σ of the profile across the bar, in pixels; thinner bars miss all of them",
    )
    train: int = Field(1_200, ge=1, description="training stimuli")
    test: int = Field(0, ge=0, description="test stimuli")

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Draw the orders of training and test stimuli, each from a stream of its own."""
        for_train, for_test = streams(rng, 2)
        return StimulusSet(
            self._draw(self.train, for_train),
            self._draw(self.test, for_test) if self.test else None,
            classes=tuple(
                f"{180 * k / self.orientations:g} degrees" for k in range(self.orientations)
            ),
            copy="generated",
            source=str(self),
            truth={"angles": self._angles(), "bars": self._bars().flatten(1)},
        )

    def _draw(self, count: int, rng: torch.Generator) -> Split:
        y = balanced_labels(count, self.orientations, rng)
        return Split(self._bars()[y], y)

    def _angles(self) -> Tensor:
        return math.pi * torch.arange(self.orientations) / self.orientations

    def _bars(self) -> Tensor:
        """Each bar once: (orientations, 1, side, side)."""
        theta = self._angles().view(-1, 1, 1)
        offset = torch.arange(self.side) - (self.side - 1) / 2
        rows, columns = offset.view(1, -1, 1), offset.view(1, 1, -1)
        across = columns * theta.sin() + rows * theta.cos()
        inside = rows.square() + columns.square() <= (self.side / 2) ** 2
        bars = (-across.square() / (2 * self.sigma**2)).exp() * inside
        length: Tensor = torch.linalg.vector_norm(bars, dim=(1, 2), keepdim=True)
        return (bars / length).unsqueeze(1)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 1, self.side, self.side


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [GaussianBars]

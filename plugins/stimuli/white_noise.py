"""Images of white noise: no pixel tells anything of another."""

from pathlib import Path
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import streams


class WhiteNoise(Stimuli):
    """Images whose pixels are independent, x ~ N(0, 1).

    The control for whatever is said to be learnt from images: structure that appears here as well is the network's own.
    `gaussian` has the same without places.

    Shapes:
        x: (n, channels, side, side), in standard deviations.
    """

    kind: ClassVar[str] = "white_noise"
    signed: ClassVar[bool] = True
    side: int = Field(28, ge=1, description="side of an image, in pixels")
    channels: int = Field(1, ge=1, description="channels of an image")
    train: int = Field(10_000, ge=1, description="training stimuli")
    test: int = Field(0, ge=0, description="test stimuli")

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Draw training and test stimuli, each from a stream of its own."""
        for_train, for_test = streams(rng, 2)
        return StimulusSet(
            Split(self._draw(self.train, for_train)),
            Split(self._draw(self.test, for_test)) if self.test else None,
            copy="generated",
            source=str(self),
        )

    def _draw(self, count: int, rng: torch.Generator) -> Tensor:
        return torch.randn(count, self.channels, self.side, self.side, generator=rng)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return self.channels, self.side, self.side


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [WhiteNoise]

"""Images of horizontal and vertical lines that appear independently of each other."""

from pathlib import Path
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import streams


class Bars(Stimuli):
    """Horizontal and vertical lines of one pixel, each there with probability p, whatever the others do.

        x(r, c) = 1 where row r or column c is there, else 0

    Where lines cross a pixel is 1 too, so an image is not the sum of its lines: the test for codes whose parts are
    independent. As published, 16 lines on 8 x 8 pixels and p = 1/8: 2 lines an image on average, none in 12 % of them.

    Shapes:
        x: (n, 1, side, side), 0 or 1.
        truth["bars"]: (2 side, side²), each line as an image of its own; rows first, from the top, then columns.

    Source:
        Földiák (1990), Biol. Cybern. 64, 165-170.
    """

    kind: ClassVar[str] = "bars"
    side: int = Field(
        8, ge=1, description="side of the image, in pixels; there are twice as many lines"
    )
    probability: float = Field(0.125, gt=0, lt=1, description="p, how likely each line is there")
    train: int = Field(10_000, ge=1, description="training stimuli")
    test: int = Field(0, ge=0, description="test stimuli")

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Draw training and test stimuli, each from a stream of its own."""
        for_train, for_test = streams(rng, 2)
        return StimulusSet(
            self._draw(self.train, for_train),
            self._draw(self.test, for_test) if self.test else None,
            copy="generated",
            source=str(self),
            truth={"bars": self._lines()},
        )

    def _draw(self, count: int, rng: torch.Generator) -> Split:
        there = torch.rand(2, count, self.side, generator=rng) < self.probability
        rows, columns = there[0].view(count, 1, -1, 1), there[1].view(count, 1, 1, -1)
        return Split((rows | columns).float())

    def _lines(self) -> Tensor:
        """Each line alone."""
        one = torch.eye(self.side)
        rows = one.unsqueeze(2).expand(-1, -1, self.side)
        return torch.cat([rows, rows.mT]).flatten(1)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 1, self.side, self.side


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Bars]

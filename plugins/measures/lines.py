"""How many of the lines that images are made of have a neuron of their own."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class Lines(Measure):
    """Horizontal and vertical lines of one pixel, each found where some neuron tells by being active that it is there.

    A neuron tells a line where it is active in more than half of the images with this line, and this line is in more
    than half of the images in which it is active. A line is in an image where all of its pixels are above `lit`.

    A neuron that is active only while all others are silent cannot tell all images with its line: of 16 lines, each
    there with probability 1/8, others are there too in 87 % of them. So neurons are also asked with one line at a time:
    a line is told *alone* where a neuron answers it and no other line.

    Source:
        The task and what solves it: Földiák (1990), Biol. Cybern. 64, 165-170.

    Raises:
        ConfigurationError: where stimuli are no images of one channel, or the layer is not there.
    """

    kind: ClassVar[str] = "lines"
    layer: str | None = Field(None, description="whose responses; the last layer's by default")
    active: float = Field(0.0, description="response above which a neuron is active")
    lit: float = Field(0.5, description="value above which a pixel belongs to a line")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`alone` and `found`, in lines."""
        if stimuli.dim() != 4 or stimuli.shape[1] != 1:
            raise ConfigurationError(
                f"lines: the stimuli have shape {tuple(stimuli.shape[1:])}; give it images of one channel"
            )
        on = (stimuli[:, 0].cpu() > self.lit).double()
        there = torch.cat([on.amin(2), on.amin(1)], 1)  # (images, lines): rows, then columns
        y = self._active(network, stimuli)
        both = y.T @ there
        told = (2 * both > there.sum(0)) & (2 * both > y.sum(0).unsqueeze(1))
        alone = self._active(network, _one_by_one(stimuli[0, 0]))
        only = alone[:, alone.sum(0) == 1]
        return {"alone": float(only.any(1).sum()), "found": float(told.any(0).sum())}

    def _active(self, network: Network, images: Tensor) -> Tensor:
        """Who is active, as 0 and 1: (images, neurons)."""
        return (network.features(images, self.layer) > self.active).double()


def _one_by_one(image: Tensor) -> Tensor:
    """Each line of an image of this size alone: (lines, 1, height, width); rows first, from the top, then columns."""
    height, width = image.shape
    rows = torch.eye(height).unsqueeze(2).expand(-1, -1, width)
    columns = torch.eye(width).unsqueeze(1).expand(-1, height, -1)
    return torch.cat([rows, columns]).unsqueeze(1)


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [Lines]

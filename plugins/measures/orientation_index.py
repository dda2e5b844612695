"""How strongly neurons prefer an orientation of gratings."""

from math import pi
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class OrientationIndex(Measure):
    """1 - circular variance of each neuron's mean responses to gratings, at the period that it answers most.

        L = |Σ r(θ) e^(2iθ)| / Σ r(θ),   r(θ) = mean over phases of max(y, 0)
        grating: x(r, c) = cos(2π (c sin θ + r cos θ) / period + phase), less its mean

    1: one orientation alone is answered; 0: all alike. Orientations cover half a turn, phases a whole one, evenly.
    Gratings are what the layer sees: stimuli as preprocessing leaves them. Random weights have an index above 0 too, so
    hold it against theirs.

    Source:
        The index of Ringach, Shapley & Hawken (2002), J. Neuroscience 22, 5639-5651.

    Raises:
        ConfigurationError: where stimuli are no images of one channel, or the layer is not there.
    """

    kind: ClassVar[str] = "orientation_index"
    layer: str | None = Field(None, description="whose responses; the last layer's by default")
    orientations: int = Field(16, ge=3, description="orientations of the gratings")
    phases: int = Field(8, ge=3, description="phases of each")
    periods: tuple[float, ...] = Field(
        (3.0, 4.0, 5.0, 6.0, 8.0), min_length=1, description="periods of the gratings, in pixels"
    )

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`mean`, over the neurons that answer gratings; NaN where none does."""
        if stimuli.dim() != 4 or stimuli.shape[1] != 1:
            raise ConfigurationError(
                f"orientation_index: the stimuli have shape {tuple(stimuli.shape[1:])}; "
                "give it images of one channel"
            )
        gratings = self._gratings(*stimuli.shape[2:])
        y = network.features(gratings.flatten(0, 2).unsqueeze(1), self.layer).double().clamp_min(0)
        r = y.view(*gratings.shape[:3], -1).mean(2)  # (periods, orientations, neurons)
        best = r.sum(1).argmax(0)
        r = r[best, :, torch.arange(r.shape[2])]  # (neurons, orientations)
        turned = torch.exp(2j * self._angles())
        index = ((r * turned).sum(1).abs() / r.sum(1))[r.sum(1) > 0]
        return {"mean": float(index.mean())}

    def _angles(self) -> Tensor:
        return pi * torch.arange(self.orientations, dtype=torch.float64) / self.orientations

    def _gratings(self, height: int, width: int) -> Tensor:
        """(periods, orientations, phases, height, width)."""
        theta = self._angles().view(1, -1, 1, 1, 1)
        phase = 2 * pi * torch.arange(self.phases).double().view(1, 1, -1, 1, 1) / self.phases
        period = torch.tensor(self.periods, dtype=torch.float64).view(-1, 1, 1, 1, 1)
        rows = torch.arange(height).double().view(-1, 1)
        across = torch.arange(width) * theta.sin() + rows * theta.cos()
        x = torch.cos(2 * pi * across / period + phase)
        return (x - x.mean((3, 4), keepdim=True)).float()


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [OrientationIndex]

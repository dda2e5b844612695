"""How selective neurons are: whether each answers few of the stimuli, and which."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class Selectivity(Measure):
    """The peak of each neuron's responses to K different stimuli, and the index 1 - mean / peak.

    A neuron that answers one of K stimuli alone has the index 1 - 1/K, one that answers all alike 0. Under BCM it rests
    with a peak of K, where mean y² = y: it is *selective* with an index within `tolerance` of 1 - 1/K and a peak above
    `strong` · K, and *silent*, whatever its index, with a peak under `weak` · K: almost nothing is no preference.

    Source:
        The index: Bienenstock, Cooper & Munro (1982), J. Neuroscience 2, 32-48.

    Raises:
        ConfigurationError: where the layer is not there, or all stimuli are alike.
    """

    kind: ClassVar[str] = "selectivity"
    layer: str | None = Field(None, description="whose responses; the last layer's by default")
    tolerance: float = Field(0.02, gt=0, description="largest distance of the index from 1 - 1/K")
    strong: float = Field(0.5, gt=0, description="peak above which a neuron counts, in K")
    weak: float = Field(0.1, gt=0, description="peak under which a neuron is silent, in K")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`index` and `peak`, medians over neurons; how many are `selective` and `silent`; `preferred`.

        index: of those that answer at all, NaN where none does. preferred: how many different stimuli selective neurons
        answer most.
        """
        shown: Tensor = torch.unique(stimuli, dim=0)
        k = len(shown)
        if k == 1:
            raise ConfigurationError(
                "selectivity: all training stimuli are alike; give it several to prefer one of"
            )
        y = network.features(shown, self.layer).double()
        peak, best = y.max(0)
        index = 1 - y.mean(0) / peak
        silent = peak < self.weak * k
        near = (index - (1 - 1 / k)).abs() <= self.tolerance
        selective = near & (peak > self.strong * k) & ~silent
        return {
            "index": float(index[peak > 0].nanmedian()),
            "peak": float(peak.median()),
            "silent": float(silent.sum()),
            "preferred": float(len({*best[selective].tolist()})),
            "selective": float(selective.sum()),
        }


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [Selectivity]

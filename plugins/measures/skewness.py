"""How lopsided the responses of neurons are: how rarely, and then how strongly, they answer."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Measure, Network, hookimpl


class Skewness(Measure):
    """The skewness of each neuron's responses over the training stimuli, with its own mean and variance.

        E[(y - E[y])³] / E[(y - E[y])²]^(3/2)

    0: symmetric; of a rectified neuron with normal drives about zero 1.64; far above: seldom active, and then strongly,
    as a neuron is that has found what its stimuli are made of. It does not depend on the norm of weights where
    responses grow in proportion to them.

    Source:
        As what BCM neurons look for in stimuli: Intrator & Cooper (1992), Neural Networks 5, 3-17; compared with other
        such measures by Blais, Intrator, Shouval & Cooper (1998), Neural Computation 10, 1797-1813.
    """

    kind: ClassVar[str] = "skewness"
    layer: str | None = Field(None, description="whose responses; the last layer's by default")

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`mean`, over the neurons whose responses differ; NaN where none do."""
        y = network.features(stimuli, self.layer).double()
        y = y - y.mean(0)
        variance = y.square().mean(0)
        found = (y.pow(3).mean(0) / variance.pow(1.5))[variance > 0]
        return {"mean": float(found.mean())}


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [Skewness]

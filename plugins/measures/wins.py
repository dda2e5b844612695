"""How evenly neurons share the wins, and how many have none."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class Wins(Measure):
    """Wins of each neuron over training stimuli while nothing adapts: its responses, at any position, above `active`.

    Of K neurons that share the wins evenly each has 1/K. A neuron without a win is dead: under competition it learns
    nothing, and so stays dead unless something holds all neurons near an equal share.

    Source:
        Dead units of competitive learning: Rumelhart & Zipser (1985), Cognitive Science 9, 75-112.

    Raises:
        ConfigurationError: where the layer is not there, or nobody wins.
    """

    kind: ClassVar[str] = "wins"
    layer: str | None = Field(None, description="whose responses; the last layer's by default")
    active: float = Field(
        0.0, description="response above which a neuron has won; 0 for a population of winners"
    )
    stimuli: int | None = Field(
        None, ge=1, description="how many training stimuli, the first ones; all by default"
    )

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`largest`, the largest share of wins of one neuron, and `dead`, the share of neurons without one."""
        y = network.features(stimuli[: self.stimuli], self.layer)
        name = self.layer or next(reversed(network.layers), "")
        neurons = network.layers[name].output_shape[0] if name else 1
        wins = (y > self.active).view(len(y), neurons, -1).sum((0, 2))
        if not wins.any():
            raise ConfigurationError(
                f"wins: no response of {name or 'the stimuli'} is above {self.active:g}; lower active"
            )
        return {
            "largest": float(wins.max() / wins.sum()),
            "dead": float((wins == 0).double().mean()),
        }


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [Wins]

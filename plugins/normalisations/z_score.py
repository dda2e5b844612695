"""Each stimulus on its own brought to zero mean and unit variance."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Normalisation, State, hookimpl


class ZScore(Normalisation):
    """x̂ = (x - mean) / (s.d. + epsilon), over all channels and positions of one stimulus; s.d. with n - 1.

    Shapes:
        x: (batch, channels, *positions).

    Source:
        Miconi (2021), arXiv 2107.01729, as coded.
    """

    kind: ClassVar[str] = "z_score"
    signed: ClassVar[bool] = True
    epsilon: float = Field(1e-10, gt=0, description="added to the standard deviation")

    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """By the stimulus's own statistics."""
        axes = list(range(1, x.dim()))
        x = x - x.flatten(1)[:, :1].view(
            -1, *[1] * len(axes)
        )  # so that equal values become exactly 0
        deviation = x.std(axes, correction=min(1, x[0].numel() - 1), keepdim=True)
        return (x - x.mean(axes, keepdim=True)) / (deviation + self.epsilon)


@hookimpl
def normalisations() -> list[type[Normalisation]]:
    """Provide the normalisation."""
    return [ZScore]

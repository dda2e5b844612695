"""Every neuron on its own: it learns where its drive is above a threshold."""

from typing import ClassVar, Literal

import torch
from pydantic import Field

from neuroplast import Competition, State, hookimpl
from neuroplast.shapes import Post


class Threshold(Competition):
    """g = 1 (binary) or g = v (drive) where v > θ, 0 elsewhere. Neurons do not compete.

    Who learns is regulated by what makes v of u. The drive above θ = 0 is the rate of a rectified neuron, max(v, 0).

    Shapes:
        v, g: (batch, post, *positions), v in the unit of θ.

    Source:
        McCulloch & Pitts (1943), Bull. Math. Biophys. 5, 115-133; as the output of a network that learns Földiák
        (1990), Biol. Cybernetics 64, 165-170.
    """

    kind: ClassVar[str] = "threshold"
    threshold: float = Field(0.0, description="θ, the drive above which a neuron learns")
    activity: Literal["binary", "drive"] = Field(
        "binary", description="what a neuron above has: 1, or its drive"
    )

    def compete(self, v: Post, memory: State) -> Post:
        """1, or the drive, for whoever is above the threshold."""
        above = v > self.threshold
        return torch.where(above, v, 0.0) if self.activity == "drive" else above.to(v.dtype)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [Threshold]

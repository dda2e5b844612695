"""Every neuron on its own: it learns where its drive is above a threshold."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Competition, State, hookimpl
from neuroplast.shapes import Post


class Threshold(Competition):
    """g = 1 where v > θ, 0 elsewhere. Neurons do not compete; who learns is regulated by what makes v of u.

    Shapes:
        v, g: (batch, post, *positions), v in the unit of θ.

    Source:
        McCulloch & Pitts (1943), Bull. Math. Biophys. 5, 115-133; as the output of a network that learns Földiák
        (1990), Biol. Cybernetics 64, 165-170.
    """

    kind: ClassVar[str] = "threshold"
    threshold: float = Field(0.0, description="θ, the drive above which a neuron learns")

    def compete(self, v: Post, memory: State) -> Post:
        """1 for whoever is above the threshold."""
        return (v > self.threshold).to(v.dtype)


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [Threshold]

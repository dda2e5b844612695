"""Drives multiplied by how rarely a neuron has won of late."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Dynamics, Memory, State, View, hookimpl
from neuroplast.functional import average, moved, per_neuron
from neuroplast.shapes import Post


class Boost(Dynamics):
    """v_i = u_i e^(strength · (share - d_i)), d_i the neuron's duty cycle.

        d_i ← d_i + (1 - (1 - 1/τ)^stimuli) (share of stimuli and positions that neuron i won - d_i)

    The competition and the response both see the boosted drive; `k_winners` boosts the choice of winners alone. A
    positive drive below its share is raised; a negative one is made more negative, so that boosting fits drives that
    are not negative.

    Shapes:
        u, v: (batch, post, *positions).
        duty: d, (post,), between 0 and 1, from 0. A win is g > 0, and not as a loser's.

    Source:
        Ahmad & Scheinkman (2019), arXiv 1903.11257.
    """

    kind: ClassVar[str] = "boost"
    aliases: ClassVar[tuple[str, ...]] = ("boosting",)
    duty = Memory("post")
    strength: float = Field(1.0, ge=0, description="how much duty cycles matter")
    time_constant: float = Field(1000.0, ge=1, description="τ of the duty cycle, in stimuli")
    share: float | None = Field(
        None, gt=0, le=1, description="the duty cycle without boost; 1 / neurons by default"
    )

    def integrate(self, u: Post, memory: State) -> Post:
        """The drive times its boost."""
        share = 1 / u.shape[1] if self.share is None else self.share
        return u * per_neuron((self.strength * (share - memory.duty)).exp(), u[0]).to(u.dtype)

    def adapt(self, view: View) -> None:
        """Move duty cycles towards the shares that neurons won of this batch."""
        share, duty = average(view.won.to(view.g.dtype)), view.memory.duty
        duty.lerp_(share.to(duty.dtype), moved(self.time_constant, len(view.g)))


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [Boost]

"""k winners with boosting: who won less than its share of late is more easily chosen."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Competition, ConfigurationError, Fit, Memory, State, View, hookimpl
from neuroplast.functional import average, competitors, first_largest, moved, per_neuron
from neuroplast.shapes import Post
from neuroplast_plugins.competitions.outcomes import outcome, won


class KWinners(Competition):
    """g = v (drive) or 1 (binary) at the k largest v e^(b (p - d)), 0 elsewhere; p = k / n, d the duty cycle.

        d_i ← d_i + (1 - (1 - 1/τ)^stimuli) (share of stimuli and positions that neuron i won - d_i)

    With n neurons, k of them winning each time, the mean duty cycle comes to p. Boosting raises positive drives of
    neurons below it; a negative drive it makes more negative, as in the source, where drives are mostly positive.
    With anti-Hebbian losers, the others have -v (drive) or -1 (binary).

    Shapes:
        v, g: (batch, post, *positions). The channels of a position compete.
        d: memory `duty`, (post,), between 0 and 1; starts at 0. A win is g > 0.

    Source:
        Ahmad & Scheinkman (2019), arXiv 1903.11257.
    """

    kind: ClassVar[str] = "k_winners"
    duty = Memory("post", init=0.0)
    k: int = Field(1, ge=1, description="neurons left active by one stimulus at one position")
    strength: float = Field(1.0, ge=0, description="b, how much duty cycles matter; 0 is k_wta")
    time_constant: float = Field(1000.0, ge=1, description="τ of the duty cycle, in stimuli")
    activity: Literal["drive", "binary"] = Field(
        "drive", description="what a winner has: its drive, or 1"
    )
    anti_hebbian: bool = Field(False, description="whether losers learn with the opposite sign")

    def check(self, fit: Fit) -> None:
        """Refuse more winners than there are to choose from."""
        n = competitors("channels", fit.response_shape)
        if self.k > n:
            raise ConfigurationError(
                f"k_winners: {self.k} winners asked of {n} channels; "
                f"set k to {n} or less, or give the layer more neurons"
            )

    def compete(self, v: Post, memory: State) -> Post:
        """Keep those that win with their boosts."""
        boost = torch.exp(self.strength * (self.k / v.shape[1] - memory.duty)).to(v.dtype)
        winners = first_largest(v * per_neuron(boost, v[0]), self.k, 1)
        height = v if self.activity == "drive" else torch.ones_like(v)
        return outcome(height, winners, self.anti_hebbian)

    def adapt(self, view: View) -> None:
        """Move duty cycles towards the shares that neurons won of this batch."""
        share = average(self.won(view.v, view.g).to(view.g.dtype))
        view.memory.duty.lerp_(
            share.to(view.memory.duty.dtype), moved(self.time_constant, len(view.g))
        )

    def won(self, v: Post, g: Post) -> Tensor:
        """Who won: g > 0, and not as a loser's."""
        return won(v, g, self.anti_hebbian and self.activity == "drive")


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [KWinners]

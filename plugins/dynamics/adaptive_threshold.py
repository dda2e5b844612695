"""Thresholds that rise with every win, so that no neuron wins too often."""

from typing import ClassVar

from pydantic import Field

from neuroplast import ConfigurationError, Dynamics, Fit, Memory, Refusal, State, View, hookimpl
from neuroplast.functional import average, per_neuron
from neuroplast.shapes import Post


class AdaptiveThreshold(Dynamics):
    """v = u - θ; each neuron's threshold moves until it wins its share.

        θ_i ← θ_i + rate · (share of stimuli and positions that neuron i won - target)

    One step moves the thresholds once, by the mean over its stimuli, as in the source: `rate` is per step. The sum of
    the thresholds stays where the competition has as many winners as `winners` says.

    Shapes:
        u, v: (batch, post, *positions), in any unit r; rate in r.
        theta: θ, (post,), in r, from 0. A win is g > 0, and not as a loser's.

    Raises:
        Refusal: without a target of its own, where the positions of a channel compete, and not neurons.

    Source:
        Miconi (2021), arXiv 2107.01729, with rate 3; by stimulus Földiák (1990), Biol. Cybern. 64, 165-170.
    """

    kind: ClassVar[str] = "adaptive_threshold"
    aliases: ClassVar[tuple[str, ...]] = ("thresh",)
    theta = Memory("post")
    rate: float = Field(3.0, gt=0, description="how far a threshold moves for each win too many")
    target: float | None = Field(
        None, gt=0, lt=1, description="share of wins of each neuron; winners / neurons by default"
    )
    winners: int = Field(1, ge=1, description="winners at each position, for the default target")

    def check(self, fit: Fit) -> None:
        """Refuse a target that cannot be reached: of more winners than neurons, or where neurons are no rivals."""
        if self.target is not None:
            return
        n = fit.response_shape[0]
        if self.winners > n:
            raise ConfigurationError(
                f"adaptive_threshold: {self.winners} winners at a position of {n} neurons; set winners to {n} or less"
            )
        if fit.layer is not None and getattr(fit.layer.competition, "axis", None) == "space":
            raise Refusal(
                "neurons_without_rivals",
                "adaptive_threshold: the positions of a channel compete, so that neurons have no wins to share; "
                "set target, or let channels compete",
            )

    def integrate(self, u: Post, memory: State) -> Post:
        """The drive above the threshold."""
        return u - per_neuron(memory.theta, u[0])

    def adapt(self, view: View) -> None:
        """Raise the thresholds of those that won more than their share, lower the others'."""
        share = average(view.won.to(view.g.dtype))
        target = self.winners / len(share) if self.target is None else self.target
        view.memory.theta.add_(share - target, alpha=self.rate)


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [AdaptiveThreshold]

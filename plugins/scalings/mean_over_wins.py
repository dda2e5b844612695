"""The mean over what a neuron has won."""

from typing import ClassVar

from neuroplast import Delta, Scaling, View, hookimpl


class MeanOverWins(Scaling):
    """Δ_i / max(n_i, 1), n_i the stimuli and positions that neuron i won: g > 0, and not as a loser's.

    Each neuron moves by the mean of the changes that it won, however often it won. Under a rule by which a loser's g of
    0 brings no change that is the plain mean over its own share; where losers learn too (anti-Hebbian), theirs is added
    to the sum and not to the count.

    Source:
        Amato et al. (2019), "Hebbian Learning Meets Deep Convolutional Neural Networks": steps towards the mean of the
        patches won.
    """

    kind: ClassVar[str] = "mean_over_wins"

    def scale(self, delta: Delta, view: View) -> Delta:
        """The scaled change."""
        return delta / view.total(view.won).clamp_min(1).to(view.w.dtype)


@hookimpl
def scalings() -> list[type[Scaling]]:
    """Provide the scaling."""
    return [MeanOverWins]

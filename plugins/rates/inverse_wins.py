"""A learning rate for each neuron that makes its weights the mean of what it has won."""

from typing import ClassVar

from torch import Tensor

from neuroplast import Memory, Progress, Rate, View, hookimpl


class InverseWins(Rate):
    """η_i = 1 / n_i, n_i the wins of neuron i so far, those of this step included; 0 before the first win.

    A win is a stimulus and position at which g > 0, and not as a loser's. With the summed change of `instar` under
    binary winners that is MacQueen's k-means: a neuron's weights are the mean of all that it has won,
    w ← (n_before w + Σ x) / n, and its initial weights are forgotten at the first win.

    Shapes:
        η: (post,), dimensionless.

    Memory:
        wins: (post,), n_i. Counts above 2^24 = 16,777,216 are rounded, since they are held in float32.

    Source:
        MacQueen (1967), Proc. 5th Berkeley Symp. Math. Stat. Prob. 1, 281-297.
    """

    kind: ClassVar[str] = "inverse_wins"
    aliases: ClassVar[tuple[str, ...]] = ("macqueen",)
    wins = Memory("post")

    def at(self, view: View, progress: Progress) -> Tensor:
        """One rate per neuron."""
        n = view.memory.wins + _wins(view)
        return (n > 0) / n.clamp_min(1)

    def adapt(self, view: View) -> None:
        """Count the wins of this step."""
        view.memory.wins.add_(_wins(view))


def _wins(view: View) -> Tensor:
    return view.total(view.won).to(view.memory.wins.dtype)


@hookimpl
def rates() -> list[type[Rate]]:
    """Provide the rate."""
    return [InverseWins]

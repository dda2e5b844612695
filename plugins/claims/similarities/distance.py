"""The drive whose largest is the nearest: -|x - w|² / 2 without what all neurons share, |x|² / 2."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Similarity, hookimpl
from neuroplast.testing import Claims, Example, SimilarityClaims, holds, ladder


class DistanceClaims(SimilarityClaims):
    """u = Σ_j w_j x_j - ½ Σ_j w_j²."""

    of = "distance"
    examples = (
        Example(given={"x": [1.0, 2.0], "w": [3.0, 4.0]}, expected=-1.5, note="3 + 8 - 25/2"),
        Example(
            given={"x": [3.0, 4.0], "w": [3.0, 4.0]},
            expected=12.5,
            note="at the weights |x|² / 2, the most there can be: 25 - 25/2",
        ),
        Example(given={"x": [9.0], "w": [0.0]}, expected=0.0, note="no weight"),
    )

    def drive(self, similarity: Any, x: list[float], w: list[float]) -> float:
        """Half of |x|² less half of the squared distance."""
        far = sum((b - a) ** 2 for a, b in zip(w, x, strict=True))
        return (sum(b * b for b in x) - far) / 2

    @holds
    def the_largest_is_the_nearest(self, similarity: Similarity) -> None:
        """At every stimulus and position the neuron with the largest drive is nearest to what it sees."""
        for setting in ladder():
            x, w = setting.x(), setting.w()
            u = similarity.drive(setting.synapse, x, w)
            seen = setting.synapse.patches(x)  # (batch, positions, 1, synapses)
            far = (seen - w.flatten(1)).square().sum(3)
            assert_close(u.flatten(2).argmax(1), far.argmin(2))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DistanceClaims]

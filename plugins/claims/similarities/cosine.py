"""The true cosine of a neuron's weights and what it sees: over the whole filter, as in Amato et al. (2019)."""

from math import sqrt
from typing import Any

from torch.testing import assert_close

from neuroplast import Similarity, hookimpl
from neuroplast.testing import Claims, Example, SimilarityClaims, holds, ladder


class CosineClaims(SimilarityClaims):
    """u = Σ_j w_j x_j / (|w| |x|), 0 where either is zero."""

    of = "cosine"
    examples = (
        Example(given={"x": [3.0, 4.0], "w": [4.0, 3.0]}, expected=0.96, note="(12 + 12) / (5·5)"),
        Example(
            given={"x": [1.0, 2.0, 2.0], "w": [-0.5, -1.0, -1.0]},
            expected=-1.0,
            note="opposite: -4.5 / (3·1.5)",
        ),
        Example(given={"x": [0.0, 5.0], "w": [7.0, 0.0]}, expected=0.0, note="at a right angle"),
    )

    def drive(self, similarity: Any, x: list[float], w: list[float]) -> float:
        """Nothing but the angle counts."""
        product = sum(a * b for a, b in zip(w, x, strict=True))
        lengths = sqrt(sum(a * a for a in w)) * sqrt(sum(b * b for b in x))
        return product / lengths if lengths else 0.0

    @holds
    def lengths_do_not_matter(self, similarity: Similarity) -> None:
        """Ten times the weights, or the input, give the same; all of it lies in [-1, 1]."""
        for setting in ladder():
            x, w = setting.x(), setting.w()
            u = similarity.drive(setting.synapse, x, w)
            assert float(u.abs().max()) <= 1 + 1e-12
            assert_close(similarity.drive(setting.synapse, 10 * x, w), u)
            assert_close(similarity.drive(setting.synapse, x, 10 * w), u)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CosineClaims]

"""The projection on the direction of the weights: the "cosine" of Nimmo's statistical mode (discrepancy N10)."""

from math import sqrt
from typing import Any

from torch.testing import assert_close

from neuroplast import Similarity, hookimpl
from neuroplast.testing import Claims, Example, SimilarityClaims, holds, ladder


class WeightNormalisedClaims(SimilarityClaims):
    """u = Σ_j w_j x_j / (|w| + 1e-10)."""

    of = "weight_normalised"
    examples = (
        Example(
            given={"x": [1.0, 2.0], "w": [3.0, 4.0]},
            expected=2.2,
            note="(3 + 8) / 5; 1e-10 takes off 4e-11",
        ),
        Example(
            given={"x": [-6.0], "w": [0.5]}, expected=-6.0, note="one synapse: x with w's sign"
        ),
    )

    def drive(self, similarity: Any, x: list[float], w: list[float]) -> float:
        """The length of the weights does not count, that of the input does."""
        product = sum(a * b for a, b in zip(w, x, strict=True))
        return product / (sqrt(sum(a * a for a in w)) + 1e-10)

    @holds
    def goes_with_the_input_and_not_with_the_weights(self, similarity: Similarity) -> None:
        """Ten times the input gives ten times as much, ten times the weights the same."""
        for setting in ladder():
            x, w = setting.x(), setting.w()
            u = similarity.drive(setting.synapse, x, w)
            assert_close(similarity.drive(setting.synapse, 10 * x, w), 10 * u)
            assert_close(similarity.drive(setting.synapse, x, 10 * w), u)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WeightNormalisedClaims]

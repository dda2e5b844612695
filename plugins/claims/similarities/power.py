"""The current of Krotov & Hopfield (2019), PNAS 116, 7723-7731: Σ sign(w) |w|^(p-1) x."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Similarity, hookimpl
from neuroplast.testing import Claims, Example, SimilarityClaims, holds, ladder


class PowerClaims(SimilarityClaims):
    """u = Σ_j sign(w_j) |w_j|^(p-1) x_j."""

    of = "power"
    cases = ({}, {"p": 3.0}, {"p": 4.5}, {"p": 1.5})
    examples = (
        Example(
            given={"x": [1.0, 2.0], "w": [0.5, -1.5]},
            expected=-2.5,
            note="p = 2, a dot product: 0.5 - 3",
        ),
        Example(
            given={"x": [1.0, 2.0, 5.0], "w": [0.5, -2.0, 0.0]},
            expected=-7.75,
            parameters={"p": 3.0},
            note="0.25 - 4·2, and nothing of a weight of zero",
        ),
        Example(
            given={"x": [4.0, 1.0], "w": [0.25, -9.0]},
            expected=-1.0,
            parameters={"p": 1.5},
            note="square roots: 0.5·4 - 3",
        ),
    )

    def drive(self, similarity: Any, x: list[float], w: list[float]) -> float:
        """Each weight with its sign and the power p - 1 of its size."""
        u = 0.0
        for a, b in zip(w, x, strict=True):
            strength = abs(a) ** (similarity.p - 1)
            u += strength * b if a > 0 else -strength * b
        return u

    @holds
    def doubling_the_weights_multiplies_by_two_to_the_p_less_one(
        self, similarity: Similarity
    ) -> None:
        """So p = 2 goes with the weights, and larger p faster."""
        factor = 2.0 ** (similarity.p - 1)  # type: ignore[attr-defined]
        for setting in ladder():
            x, w = setting.x(), setting.w()
            u = similarity.drive(setting.synapse, x, w)
            assert_close(similarity.drive(setting.synapse, x, 2 * w), factor * u)

    @holds
    def what_looks_like_the_weights_gives_their_norm(self, similarity: Similarity) -> None:
        """At x = w the drive is Σ |w|^p, whose fixed point under the rule is 1."""
        for setting in (s for s in ladder() if s.shape[1] == 1):
            w = setting.w()
            x = w[:1].unsqueeze(2)
            u = similarity.drive(setting.synapse, x, w)[0, 0, 0]
            assert_close(u, w[0].abs().pow(similarity.p).sum())  # type: ignore[attr-defined]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PowerClaims]

"""The linear drive, a sum over a neuron's synapses; facts: u = conv(x, w) without bias."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, SimilarityClaims


class DotClaims(SimilarityClaims):
    """u = Σ_j w_j x_j."""

    of = "dot"
    examples = (
        Example(
            given={"x": [1.0, 2.0, -1.0], "w": [0.5, -1.5, 2.0]}, expected=-4.5, note="0.5 - 3 - 2"
        ),
        Example(given={"x": [3.0], "w": [-0.25]}, expected=-0.75, note="one synapse"),
    )

    def drive(self, similarity: Any, x: list[float], w: list[float]) -> float:
        """Add up what each synapse brings."""
        u = 0.0
        for j in range(len(w)):
            u += w[j] * x[j]
        return u


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DotClaims]

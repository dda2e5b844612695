"""The layers of Amato and colleagues' Hebbian networks."""

from math import sqrt
from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl


class AmatoRecipe(Recipe):
    """A layer whose winner by cosine moves to the mean of the patches that it won.

    The source's score ((cos + 1) / 2)² has the same winner as the cosine. Neurons answer max(cos, 0). In the source
    batch norm follows every layer, so from the second on set `normalisation = "batch_norm"`; the first sees whitened
    images (discrepancy N26).

    Source:
        Amato, Carrara, Falchi, Gennaro & Lagani (2019), Image Analysis and Processing (ICIAP), 324-334, and their code.
    """

    kind: ClassVar[str] = "amato"

    def parts(self) -> dict[str, Any]:
        """Cosine, one binary winner, the mean over its wins."""
        return {
            "initialisation": {"kind": "uniform", "radius": 1 / sqrt(3)},  # ± 1 / sqrt(fan-in)
            "similarity": {"kind": "cosine"},
            "competition": {"kind": "hard_wta", "activity": "binary"},
            "rule": {"kind": "instar"},
            "scaling": {"kind": "mean_over_wins"},
            "rate": {"kind": "constant", "eta": 0.1},
            "population": {"kind": "relu"},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [AmatoRecipe]

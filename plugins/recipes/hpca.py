"""The layers of Hebbian principal component analysis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl


class HpcaRecipe(Recipe):
    """A layer of linear neurons that come to the principal components of their patches, in order.

    The rule is Sanger's, averaged over stimuli and positions; step and rate are those of `lagani_soft_wta`.

    Source:
        Lagani, Falchi, Gennaro & Amato (2021), arXiv 2103.09002, and their demonstration code; Sanger (1989), Neural
        Networks 2, 459-473.
    """

    kind: ClassVar[str] = "hpca"

    def parts(self) -> dict[str, Any]:
        """Sanger's rule on all patches, Nesterov's step."""
        return {
            "initialisation": {"kind": "xavier", "distribution": "normal"},
            "competition": {"kind": "none"},
            "rule": {"kind": "sanger"},
            "scaling": {"kind": "mean"},
            "rate": {"kind": "halving", "eta": 1e-3, "every": 2, "start": 28, "by": "epoch"},
            "step": {"kind": "nesterov", "momentum": 0.9, "weight_decay": 5e-4},
            "population": {"kind": "linear"},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [HpcaRecipe]

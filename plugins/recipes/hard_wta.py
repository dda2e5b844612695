"""The SoftHebb layer with a hard winner, as its fair comparator."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl


class HardWtaRecipe(Recipe):
    """A SoftHebb layer in which only the plasticity activity differs: 1 for the winner, 0 for the rest.

    The published comparator differs in padding, rate, power and pools too (discrepancy S10).

    Source:
        Journé et al. (2023), arXiv 2209.11883, and the authors' code.
    """

    kind: ClassVar[str] = "hard_wta"

    def parts(self) -> dict[str, Any]:
        """Batch norm, binary winner, change by its largest entry, rate by weight norm, Triangle."""
        return {
            "normalisation": {"kind": "batch_norm"},
            "initialisation": {"kind": "normal", "radius": 25.0},
            "competition": {"kind": "hard_wta", "activity": "binary"},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": {"kind": "weight_norm", "eta": 0.01, "power": 0.5},
            "population": {"kind": "triangle", "power": 1.0},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [HardWtaRecipe]

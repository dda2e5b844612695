"""The layers of the SoftHebb networks."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl


class SoftHebbRecipe(Recipe):
    """A layer as in SoftHebb's networks, but for synapse, pool, and what differs by layer: temperature, rate, power.

    Source:
        Journé et al. (2023), arXiv 2209.11883, and the authors' code.
    """

    kind: ClassVar[str] = "softhebb"

    def parts(self) -> dict[str, Any]:
        """Batch norm, softmax with anti-Hebbian losers, change by its largest entry, rate by weight norm, Triangle."""
        return {
            "normalisation": {"kind": "batch_norm"},
            "initialisation": {"kind": "normal", "radius": 25.0},
            "competition": {"kind": "soft_wta", "inverse_temperature": 1.0, "anti_hebbian": True},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": {"kind": "weight_norm", "eta": 0.01, "power": 0.5},
            "population": {"kind": "triangle", "power": 1.0},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [SoftHebbRecipe]

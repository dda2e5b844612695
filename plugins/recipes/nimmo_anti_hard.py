"""The hard mode with anti-Hebbian losers of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoAntiHardRecipe(Recipe):
    """The winner has its drive and every other neuron minus its own, under the decay Σ g u w; unused in the results.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_anti_hard"

    def parts(self) -> dict[str, Any]:
        """Anti-Hebbian losers."""
        return layer(
            competition={"kind": "hard_wta", "activity": "drive", "anti_hebbian": True},
            rule={"kind": "softhebb"},
        )


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoAntiHardRecipe]

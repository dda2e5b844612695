"""The hard mode with lateral surround of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoSurroundRecipe(Recipe):
    """Hard winners after a difference of Gaussians over positions, whose sum is positive (discrepancy N12).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_surround"

    def parts(self) -> dict[str, Any]:
        """The published surround."""
        return layer(dynamics=[{"kind": "surround_positive_sum"}])


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoSurroundRecipe]

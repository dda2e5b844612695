"""The presynaptic competition of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoPresynapticRecipe(Recipe):
    """Hard winners on weights that compete over input channels, the weakest getting most (discrepancy N13).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_presynaptic"

    def parts(self) -> dict[str, Any]:
        """The published effective weights."""
        return layer(effective={"kind": "presynaptic_inverse", "axis": "input", "form": "softmax"})


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoPresynapticRecipe]

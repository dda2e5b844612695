"""The mode without competition of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoBasicRecipe(Recipe):
    """Every neuron learns with its drive, g = u, under the decay Σ u w. In the thesis it collapses to 19.9 %.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_basic"

    def parts(self) -> dict[str, Any]:
        """No competition, linear drive."""
        return layer(similarity={"kind": "dot"}, competition={"kind": "none"})


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoBasicRecipe]

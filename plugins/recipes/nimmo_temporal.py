"""The temporal mode of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoTemporalRecipe(Recipe):
    """Drives above the median of their past compete; the winner has the square of its drive (discrepancy N9).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_temporal"

    def parts(self) -> dict[str, Any]:
        """The published competition."""
        return layer(competition={"kind": "temporal_squared"})


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoTemporalRecipe]

"""The statistical mode of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoStatisticalRecipe(Recipe):
    """Winners stand out of the channels by two standard deviations, on an input that is padded twice (discrepancy N8).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_statistical"

    def parts(self) -> dict[str, Any]:
        """The published mode as one rule."""
        return layer(
            similarity={"kind": "cosine_by_channel"},
            competition={"kind": "none"},
            rule={"kind": "statistical_double_padded"},
        )


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoStatisticalRecipe]

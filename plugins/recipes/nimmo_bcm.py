"""The BCM mode of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoBcmRecipe(Recipe):
    """Winners alone learn, by a threshold of each batch that counts losers as zeros, and so hardly ever depresses.

    See rule `bcm_batch_threshold` (discrepancy N14).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_bcm"

    def parts(self) -> dict[str, Any]:
        """The published threshold."""
        return layer(rule={"kind": "bcm_batch_threshold"})


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoBcmRecipe]

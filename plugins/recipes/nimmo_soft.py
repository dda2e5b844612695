"""The soft winner-take-all mode of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoSoftRecipe(Recipe):
    """SoftHebb's rule on a linear drive; rate and temperature differ by layer.

    The thesis's protocol of larger batches and a shorter head explains the lower figures (discrepancy N17).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_soft"

    def parts(self) -> dict[str, Any]:
        """The soft mode, with the first layer's temperature and rate."""
        return layer(
            similarity={"kind": "dot"},
            competition={"kind": "soft_wta", "inverse_temperature": 1.0, "anti_hebbian": True},
            rule={"kind": "softhebb"},
            rate={"kind": "weight_norm", "eta": 0.08, "power": 0.5},
        )


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoSoftRecipe]

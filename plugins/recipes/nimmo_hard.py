"""The hard winner-take-all mode of Nimmo's thesis."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl
from neuroplast_plugins.recipes.nimmo import layer


class NimmoHardRecipe(Recipe):
    """One winner at each position has its drive, and is drawn to its patch; the decay is Σ g w.

    SoftHebb's own hard comparator has binary winners and the decay Σ g u w, and is another rule (discrepancy N29). The
    cosine normalises each kernel position over input channels (discrepancy N1), and every step moves some weight by
    0.1 (discrepancy N11).

    Source:
        Jimenez Nimmo (2024), MSc thesis, City, University of London, as coded.
    """

    kind: ClassVar[str] = "nimmo_hard"

    def parts(self) -> dict[str, Any]:
        """The mode that the others vary."""
        return layer()


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [NimmoHardRecipe]

"""The drive uses the weights as they are."""

from typing import ClassVar

from neuroplast import Effective, hookimpl
from neuroplast.shapes import Weights


class AsTheyAre(Effective):
    """w_e = w."""

    kind: ClassVar[str] = "none"
    default: ClassVar[bool] = True

    def effective(self, w: Weights) -> Weights:
        """The weights themselves."""
        return w


@hookimpl
def effectives() -> list[type[Effective]]:
    """Provide the effective."""
    return [AsTheyAre]

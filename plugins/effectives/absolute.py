"""The drive uses the size of the weights, not their sign."""

from typing import ClassVar

from neuroplast import Effective, hookimpl
from neuroplast.shapes import Weights


class Absolute(Effective):
    """w_e = |w|: every synapse excites, while w itself may have either sign.

    Shapes:
        w, w_e: (post, pre, *kernel), dimensionless.

    Source:
        Jimenez Nimmo (2024), MSc thesis, City University London, whose "Dale" layers drive and decay by |w|.
    """

    kind: ClassVar[str] = "absolute"
    keeps_signs: ClassVar[bool] = False
    aliases: ClassVar[tuple[str, ...]] = ("abs",)

    def effective(self, w: Weights) -> Weights:
        """The sizes."""
        return w.abs()


@hookimpl
def effectives() -> list[type[Effective]]:
    """Provide the effective."""
    return [Absolute]

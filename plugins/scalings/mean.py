"""The mean over stimuli and positions."""

from typing import ClassVar

from neuroplast import Delta, Scaling, View, hookimpl


class Mean(Scaling):
    """Δ / count, count the number of stimuli times positions."""

    kind: ClassVar[str] = "mean"

    def scale(self, delta: Delta, view: View) -> Delta:
        """The scaled change."""
        return delta / view.count


@hookimpl
def scalings() -> list[type[Scaling]]:
    """Provide the scaling."""
    return [Mean]

"""The sum over stimuli and positions, as it is."""

from typing import ClassVar

from neuroplast import Delta, Scaling, View, hookimpl


class Sum(Scaling):
    """Δ."""

    kind: ClassVar[str] = "sum"

    def scale(self, delta: Delta, view: View) -> Delta:
        """The scaled change."""
        return delta


@hookimpl
def scalings() -> list[type[Scaling]]:
    """Provide the scaling."""
    return [Sum]

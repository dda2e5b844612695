"""No competition: every neuron learns with its own drive."""

from typing import ClassVar

from neuroplast import Competition, State, hookimpl
from neuroplast.shapes import Post


class NoCompetition(Competition):
    """g = v.

    Shapes:
        v, g: (batch, post, *positions).
    """

    kind: ClassVar[str] = "none"
    default: ClassVar[bool] = True

    def compete(self, v: Post, memory: State) -> Post:
        """The drive itself."""
        return v


@hookimpl
def competitions() -> list[type[Competition]]:
    """Provide the competition."""
    return [NoCompetition]

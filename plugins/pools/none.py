"""No pooling."""

from typing import ClassVar

from neuroplast import Pool, hookimpl
from neuroplast.shapes import Post, Shape


class NoPool(Pool):
    """y as it is."""

    kind: ClassVar[str] = "none"
    picks: ClassVar[bool] = True
    default: ClassVar[bool] = True

    def pool(self, y: Post) -> Post:
        """The response itself."""
        return y

    def output_shape(self, shape: Shape) -> Shape:
        """The same."""
        return shape


@hookimpl
def pools() -> list[type[Pool]]:
    """Provide the pool."""
    return [NoPool]

"""The largest response of each window."""

from typing import ClassVar

import torch.nn.functional as F
from pydantic import Field

from neuroplast import Pool, hookimpl
from neuroplast.shapes import Post, Shape
from neuroplast_plugins.pools.windows import pooled_shape


class MaxPool(Pool):
    """y = max over a window of positions; padding never wins.

    Shapes:
        y: (batch, post, height, width) -> (batch, post, height', width').
    """

    kind: ClassVar[str] = "max"
    picks: ClassVar[bool] = True
    size: int = Field(ge=1, description="side of the window, in positions")
    stride: int = Field(ge=1, description="distance between windows, in positions")
    padding: int = Field(
        0, ge=0, description="positions added on each side, at most half the window"
    )

    def pool(self, y: Post) -> Post:
        """Pool over windows."""
        return F.max_pool2d(y, self.size, self.stride, self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        """(post, height', width')."""
        return pooled_shape(self.kind, shape, self.size, self.stride, self.padding)


@hookimpl
def pools() -> list[type[Pool]]:
    """Provide the pool."""
    return [MaxPool]

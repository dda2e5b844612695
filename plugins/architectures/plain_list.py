"""Convolutions one after the other."""

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from neuroplast import Architecture, hookimpl
from neuroplast_plugins.architectures.widths import Entries, Kernel, Neurons, convolution, each


class PlainList(Architecture):
    """Convolutional layers in a row, each with a recipe, its neurons, its kernel, its pool and what else is its own.

    One value stands for all layers, or there are as many as layers. Input channels follow from what comes before.

    Source:
        The networks of Journé et al. (2023), arXiv 2209.11883, and of Miconi (2021), arXiv 2107.01729, have this form.
    """

    kind: ClassVar[str] = "plain_list"
    neurons: tuple[Neurons, ...] = Field(
        (96, 384, 1536), min_length=1, description="of each layer, in order"
    )
    kernels: tuple[Kernel, ...] = Field((5, 3, 3), min_length=1, description="sides, in pixels")
    padding: Literal["same"] | int = Field("same", description="pixels on each side")
    pools: tuple[Entries | str, ...] = Field(
        ({"kind": "max", "size": 2, "stride": 2},), min_length=1, description="pool of each layer"
    )
    use: Entries | str = Field("softhebb", description="recipe of the layers")
    entries: tuple[Entries, ...] = Field(
        ({},), min_length=1, description="more entries of each layer, on top of the recipe's"
    )

    @model_validator(mode="after")
    def _fits(self) -> "PlainList":
        self.layers()
        return self

    def layers(self) -> list[dict[str, Any]]:
        """One layer for each number of neurons."""
        count = len(self.neurons)
        kernels = each("kernels", self.kernels, count)
        pools = each("pools", self.pools, count)
        entries = each("entries", self.entries, count)
        return [
            {
                "use": self.use,
                "synapse": convolution(neurons, kernel, self.padding),
                "pool": pool,
                **more,
            }
            for neurons, kernel, pool, more in zip(
                self.neurons, kernels, pools, entries, strict=True
            )
        ]


@hookimpl
def architectures() -> list[type[Architecture]]:
    """Provide the architecture."""
    return [PlainList]

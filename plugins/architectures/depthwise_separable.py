"""Blocks of a depthwise and a pointwise convolution."""

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from neuroplast import Architecture, hookimpl
from neuroplast_plugins.architectures.widths import Entries, Kernel, Neurons, convolution, each


class DepthwiseSeparable(Architecture):
    """An ordinary convolution, then blocks: a depthwise convolution, then a 1 x 1 convolution across channels.

    Depthwise neurons compete along space, one position of each channel winning, and answer linearly; the pointwise
    layer has the block's nonlinearity and pool. Layers are called `layer1`, then `layer2_depthwise`,
    `layer2_pointwise`, ... Input channels follow from what comes before.

    Source:
        Howard et al. (2017), arXiv 1704.04861; with local learning Jimenez Nimmo (2024), MSc thesis, City, University
        of London: 883,978 parameters with its head of 10 classes.
    """

    kind: ClassVar[str] = "depthwise_separable"
    neurons: tuple[Neurons, ...] = Field(
        (96, 384, 1536), min_length=2, description="of the first layer, then of each block"
    )
    kernels: tuple[Kernel, ...] = Field((5, 3, 3), min_length=1, description="sides, in pixels")
    padding: Literal["same"] | int = Field("same", description="pixels on each side")
    pools: tuple[Entries | str, ...] = Field(
        ({"kind": "max", "size": 2, "stride": 2},), min_length=1, description="pool of each"
    )
    use: Entries | str = Field("nimmo_hard", description="recipe of all layers")
    entries: tuple[Entries, ...] = Field(
        ({},), min_length=1, description="more entries of the first layer and of each block's last"
    )
    depthwise: Entries = Field(
        {"competition": {"kind": "hard_wta", "activity": "drive", "axis": "space"}},
        description="more entries of depthwise layers",
    )

    @model_validator(mode="after")
    def _fits(self) -> "DepthwiseSeparable":
        self.layers()
        return self

    def layers(self) -> list[dict[str, Any]]:
        """One layer, then two for each block."""
        count = len(self.neurons)
        kernels = each("kernels", self.kernels, count)
        pools = each("pools", self.pools, count)
        entries = each("entries", self.entries, count)
        first = convolution(self.neurons[0], kernels[0], self.padding)
        found = [
            {"name": "layer1", "use": self.use, "synapse": first, "pool": pools[0], **entries[0]}
        ]
        for i in range(1, count):
            name = f"layer{i + 1}"
            found += [
                {"name": f"{name}_depthwise", **self._depthwise(kernels[i])},
                {
                    "name": f"{name}_pointwise",
                    "use": self.use,
                    "synapse": convolution(self.neurons[i], 1, 0),
                    "pool": pools[i],
                    **entries[i],
                },
            ]
        return found

    def _depthwise(self, kernel: int) -> Entries:
        synapse = {"kind": "depthwise", "kernel": kernel, "padding": self.padding}
        return {"use": self.use, "synapse": synapse, "population": "linear", **self.depthwise}


@hookimpl
def architectures() -> list[type[Architecture]]:
    """Provide the architecture."""
    return [DepthwiseSeparable]

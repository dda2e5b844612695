"""Inverted residual blocks: widen, filter each channel, narrow, and add what came in."""

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from neuroplast import Architecture, hookimpl
from neuroplast_plugins.architectures.widths import Entries, Kernel, Neurons, convolution, each


class InvertedResidual(Architecture):
    """An ordinary convolution, then blocks whose output is f(main + shortcut).

        main: 1 x 1 to expansion · inputs, depthwise, 1 x 1 to the block's neurons (linear)
        shortcut: 1 x 1 to the block's neurons; what came in, where it has as many neurons

    f, a population, answers to the sum, which is then pooled. Depthwise neurons compete along space. Layers of block 2
    are called `layer2_widen`, `layer2_depthwise`, `layer2_narrow`, `layer2_shortcut` and `layer2`, the sum.

    Source:
        Sandler et al. (2018), arXiv 1801.04381; with local learning and a learned shortcut Jimenez Nimmo (2024), MSc
        thesis, City, University of London.
    """

    kind: ClassVar[str] = "inverted_residual"
    neurons: tuple[Neurons, ...] = Field(
        (96, 384, 1536), min_length=2, description="of the first layer, then of each block"
    )
    kernels: tuple[Kernel, ...] = Field((5, 3, 3), min_length=1, description="sides, in pixels")
    padding: Literal["same"] = Field("same", description="sums need maps of one size")
    expansion: int = Field(4, ge=1, description="how many times wider a block is inside")
    pools: tuple[Entries | str, ...] = Field(
        ({"kind": "max", "size": 2, "stride": 2},), min_length=1, description="pool of each"
    )
    use: Entries | str = Field("nimmo_hard", description="recipe of all layers")
    entries: tuple[Entries, ...] = Field(
        ({},), min_length=1, description="more entries of the first layer and of all of each block"
    )
    depthwise: Entries = Field(
        {"competition": {"kind": "hard_wta", "activity": "drive", "axis": "space"}},
        description="more entries of depthwise layers",
    )
    population: Entries | str = Field(
        {"kind": "triangle", "power": 1.0}, description="what answers to a block's sum"
    )

    @model_validator(mode="after")
    def _fits(self) -> "InvertedResidual":
        self.layers()
        return self

    def layers(self) -> list[dict[str, Any]]:
        """One layer, then four or five for each block."""
        count = len(self.neurons)
        kernels = each("kernels", self.kernels, count)
        pools = each("pools", self.pools, count)
        entries = each("entries", self.entries, count)
        first = convolution(self.neurons[0], kernels[0], self.padding)
        found = [
            {"name": "layer1", "use": self.use, "synapse": first, "pool": pools[0], **entries[0]}
        ]
        for i in range(1, count):
            found += self._block(i + 1, kernels[i], pools[i], entries[i])
        return found

    def _block(self, number: int, kernel: int, pool: Entries | str, more: Entries) -> list[Entries]:
        name, before = f"layer{number}", f"layer{number - 1}"
        given, neurons = self.neurons[number - 2], self.neurons[number - 1]
        learning = {"use": self.use, **more}
        depthwise = {"kind": "depthwise", "kernel": kernel, "padding": self.padding}
        main = [
            {
                **learning,
                "name": f"{name}_widen",
                "input": [before],
                "synapse": convolution(self.expansion * given, 1, 0),
            },
            {**learning, "name": f"{name}_depthwise", "synapse": depthwise, **self.depthwise},
            {
                **learning,
                "name": f"{name}_narrow",
                "synapse": convolution(neurons, 1, 0),
                "population": "linear",
            },
        ]
        shortcut = {
            **learning,
            "name": f"{name}_shortcut",
            "input": [before],
            "synapse": convolution(neurons, 1, 0),
            "population": "linear",
        }
        added = [] if given == neurons else [shortcut]
        other = before if given == neurons else f"{name}_shortcut"
        total = {
            "name": name,
            "input": [f"{name}_narrow", other],
            "join": "add",
            "competition": "none",
            "population": self.population,
            "pool": pool,
        }
        return [*main, *added, total]


@hookimpl
def architectures() -> list[type[Architecture]]:
    """Provide the architecture."""
    return [InvertedResidual]

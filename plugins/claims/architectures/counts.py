"""How many weights and features tables of layers come to, in plain numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

Size = tuple[int, int]
"""Channels, and the side of a square map."""


def counted(layers: Sequence[Mapping[str, Any]], shape: Size) -> tuple[int, int]:
    """All weights, and the features of the last layer, of square images with so many channels and pixels a side."""
    sizes: dict[str, Size] = {}
    weights, size = 0, shape
    for layer in layers:
        came = [sizes[name] for name in layer.get("input", ())] or [size]
        channels, side = came[0]
        synapse = layer.get("synapse")
        if synapse is not None:
            kernel = synapse["kernel"]
            neurons = channels if synapse["kind"] == "depthwise" else synapse["neurons"]
            sees = 1 if synapse["kind"] == "depthwise" else channels
            weights += neurons * sees * kernel * kernel
            same = synapse["padding"] == "same"
            side = side if same else side + 2 * synapse["padding"] - kernel + 1
            channels = neurons
        size = sizes[layer.get("name", "")] = (channels, _pooled(side, layer.get("pool", "none")))
    return weights, size[0] * size[1] * size[1]


def _pooled(side: int, pool: Any) -> int:
    if isinstance(pool, str):
        return side
    padded = side + 2 * pool.get("padding", 0)
    return int((padded - pool["size"]) // pool["stride"]) + 1


HEAD = 10
"""Classes of the published heads, which are linear with a bias."""


def with_head(layers: Sequence[Mapping[str, Any]], shape: Size) -> int:
    """All parameters, those of the head included."""
    weights, features = counted(layers, shape)
    return weights + features * HEAD + HEAD

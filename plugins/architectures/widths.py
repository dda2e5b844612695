"""What architectures share: one entry for every layer, given once or one by one."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field
from pydantic_core import PydanticCustomError

Kept = TypeVar("Kept")

Neurons = Annotated[int, Field(ge=1)]
Kernel = Annotated[int, Field(ge=1)]
Entries = dict[str, Any]
"""Entries of a layer as in a scenario file."""


def each(name: str, given: Sequence[Kept], layers: int) -> list[Kept]:
    """One value for each layer, from one for all or from as many; else an error that says how many are needed."""
    if len(given) == 1:
        return [*given] * layers
    if len(given) != layers:
        raise PydanticCustomError(
            "forms",
            "has {found} {name} for {layers} layers; give one for all, or one each",
            {"found": len(given), "name": name, "layers": layers},
        )
    return [*given]


def convolution(neurons: int, kernel: int, padding: int | str = "same") -> Entries:
    """The synapse of an ordinary convolution."""
    return {"kind": "conv2d", "neurons": neurons, "kernel": kernel, "padding": padding}

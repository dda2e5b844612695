"""Sizes of responses, from one neuron up, for the parts between drive and response."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from neuroplast.component import Component
from neuroplast.shapes import Shape
from neuroplast.testing.bench import Plain, Setting

_SIZES: tuple[tuple[int, Shape], ...] = (
    (1, (1,)),
    (1, (2,)),
    (1, (3,)),
    (2, (1,)),
    (2, (3,)),
    (1, (1, 1, 1)),
    (1, (1, 1, 2)),
    (1, (2, 2, 1)),
    (2, (3, 2, 2)),
    (3, (5, 2, 3)),
    (2, (4, 3)),
    (1, (70,)),
    (1, (2, 8, 9)),
)
"""Stimuli, and (post, *positions); the last few for parts that need many neurons or positions."""


def of_shape(batch: int, response: Shape) -> Setting:
    """A setting with responses of this shape."""
    return Setting(Plain(neurons=response[0]), (2, *response[1:]), batch)


def responses() -> Iterator[Setting]:
    """Settings by the shape of their response, the smallest first; flat, on a map, and on a line."""
    for batch, response in _SIZES:
        yield of_shape(batch, response)


def memory_of(part: Component, setting: Setting) -> dict[str, Tensor]:
    """New memory for a part of this layer, by name, in float64."""
    state = setting.memory(part)
    return {name: getattr(state, name) for name in part.memories()}

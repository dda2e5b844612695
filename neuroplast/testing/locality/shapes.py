"""Small inputs that a geometry takes: what is measured on them holds on large ones, whose parts are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from neuroplast.errors import ConfigurationError
from neuroplast.parts.synapse import Synapse
from neuroplast.shapes import Shape

_SIDES = range(1, 40)


def candidates() -> Iterator[Shape]:
    """Flat inputs, then maps with few channels, from small to large."""
    yield (5,)
    for side in _SIDES:
        for channels in (2, 4, 3, 6, 8):
            yield channels, side, side


def fitting_input(
    synapse: Synapse, accept: Callable[[Shape], None] = lambda response: None
) -> Shape:
    """The smallest input that the geometry takes, and whose response is accepted and has several positions if any.

    accept: raises ConfigurationError for a response (post, *positions) that will not do.
    """
    reason = "it takes none that was tried"
    for shape in candidates():
        try:
            synapse.weight_shape(shape)
            response = synapse.output_shape(shape)
            accept(response)
        except ConfigurationError as error:
            reason = str(error)
            continue
        if len(response) == 1 or prod(response[1:]) > 3:
            return shape
    raise ConfigurationError(f"{synapse}: no small input fits; {reason}")

"""What every architecture is held to."""

from __future__ import annotations

import torch

from neuroplast.errors import ConfigurationError
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.networks import network
from neuroplast.testing.numbers import normal
from neuroplast.testing.subject import Subject

SHAPES = ((3, 32, 32), (1, 28, 28), (3, 96, 96), (20,))
"""Inputs that networks are tried on: photographs, digits, larger photographs, features."""


@check("architecture", "gives the same layers whenever it is asked")
def gives_layers(subject: Subject) -> None:
    """A list of tables with at least one layer, from parameters alone."""
    found = subject.part.layers()
    if not isinstance(found, list) or not found or not all(isinstance(t, dict) for t in found):
        raise Violation(f"layers: gave {found!r}; give a list of tables, one a layer")
    if found != subject.part.layers():
        raise Violation("layers: gave other layers the second time; use its parameters alone")


@check("architecture", "builds a network that answers")
def builds(subject: Subject) -> None:
    """For inputs of several shapes; one that does not fit is refused when the network is built."""
    refused: dict[tuple[int, ...], ConfigurationError] = {}
    for shape in SHAPES:
        try:
            net = network(subject.part.layers(), shape, subject.registry)
        except ConfigurationError as error:
            refused[shape] = error
            continue
        with torch.no_grad():
            found = list(net.responses(normal(2, *shape, seed=1, dtype=torch.float32)).values())[-1]
        if tuple(found.shape[1:]) != tuple(net.output_shape) or not found.isfinite().all():
            raise Violation(
                f"on inputs {shape} it answers {tuple(found.shape[1:])}, expected finite numbers of "
                f"shape {net.output_shape}"
            )
    if len(refused) == len(SHAPES):
        reasons = "; ".join(f"{shape}: {error}" for shape, error in refused.items())
        raise Violation(f"no network can be built of its layers: {reasons}")

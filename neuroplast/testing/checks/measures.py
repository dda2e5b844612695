"""What every measure is held to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isfinite

import torch
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.network import Network
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Plain
from neuroplast.testing.networks import network
from neuroplast.testing.numbers import normal
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import all_same, watched

SHAPES = ((6,), (2, 4, 4))
"""Stimuli that a network is tried on."""


def measured(subject: Subject) -> Iterator[tuple[Network, Tensor, dict[str, float]]]:
    """What the part measures of a network of two frozen layers, on stimuli of each shape that it takes."""
    taken, reasons = 0, []
    for n, shape in enumerate(SHAPES):
        layers = [{"synapse": Plain(neurons=4)}, {"synapse": Plain(neurons=3)}]
        net = network(layers, shape, subject.registry)
        stimuli = normal(30, *shape, seed=n, dtype=torch.float32)
        before = {k: {m: t.clone() for m, t in v.items()} for k, v in net.state().items()}
        adapts = {name: layer.adapts for name, layer in net.layers.items()}
        try:
            found = watched("measure", partial(subject.part.measure, net, stimuli), x=stimuli)
        except ConfigurationError as error:
            reasons.append(str(error))
            continue
        taken += 1
        after = net.state()
        if any(not all_same(before[name], after[name]) for name in before):
            raise Violation("measure: changed the state of the network; work on copies")
        if adapts != {name: layer.adapts for name, layer in net.layers.items()}:
            raise Violation("measure: left the network with other groups adapting")
        yield net, stimuli, found
    if not taken:
        raise NotApplicable(
            f"{subject.kind} takes none of the kit's networks: {'; '.join(reasons)}"
        )


@check("measure", "gives numbers by name")
def gives_numbers(subject: Subject) -> None:
    """A table of finite numbers, which go into the record."""
    for _, _, found in measured(subject):
        if not isinstance(found, dict) or not found:
            raise Violation(f"measure: gave {found!r}; give numbers by name")
        for name, value in found.items():
            if (
                not isinstance(name, str)
                or isinstance(value, bool)
                or not isinstance(value, float | int)
            ):
                raise Violation(f"measure: gave {name!r} = {value!r}; give numbers by name")
            if not isfinite(value):
                raise Violation(f"measure: {name} is {value}, which is not finite")


@check("measure", "changes nothing, and finds the same again")
def changes_nothing(subject: Subject) -> None:
    """No bit of the network, no stimulus, no stream: a measured run is the same run."""
    for net, stimuli, found in measured(subject):
        if subject.part.measure(net, stimuli) != found:
            raise Violation(
                f"measure: found {found}, and something else the second time; "
                "draw from a generator of its own, and keep nothing between calls"
            )

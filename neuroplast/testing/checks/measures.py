"""What every measure is held to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isfinite

import torch
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.network import Network
from neuroplast.tables import nearest
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Plain
from neuroplast.testing.devices import need_gpu
from neuroplast.testing.networks import network
from neuroplast.testing.numbers import float64, hold_near, normal
from neuroplast.testing.stated import Worked, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import all_same, watched

SHAPES = ((6,), (2, 4, 4), (1, 5, 5))
"""Stimuli that a network is tried on."""


def measured(
    subject: Subject, device: str = "cpu"
) -> Iterator[tuple[Network, Tensor, dict[str, float]]]:
    """What the part measures of a network of two frozen layers, on stimuli of each shape that it takes."""
    taken, reasons = 0, []
    for n, shape in enumerate(SHAPES):
        layers = [{"synapse": Plain(neurons=4)}, {"synapse": Plain(neurons=3)}]
        net = network(layers, shape, subject.registry, device)
        stimuli = normal(30, *shape, seed=n, dtype=torch.float32).to(device)
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


@check("measure", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, of a network whose weights are written down."""
    given, expected = case.example.given, case.example.expected
    x, w = (float64(given[name]) for name in "xw")
    *below, last = ({**entries} for entries in given.get("layers", [{}]))
    entries = [*below, {"synapse": Plain(neurons=len(w)), **last}]
    net = network(entries, tuple(x.shape[1:]), subject.registry)
    weights = [*net.layers.values()][-1].projections[-1].w
    if weights.shape != w.shape:
        raise Violation(
            f"its claims: w has shape {tuple(w.shape)}, the last layer's weights {tuple(weights.shape)}; "
            "give these, or other layers"
        )
    weights.copy_(w)
    found = case.part.measure(net, x.float())
    for name in expected:
        if name not in found:
            raise Violation(f"measure: gave no {name!r}; {nearest(name, found)}")
        case.hold(f"{name} by {case.part}", float64(found[name]), name=name, x=x, w=w)


@check("measure", "finds on a GPU what it finds on the CPU")
def devices_agree(subject: Subject) -> None:
    """Stimuli and weights are where the run is; a measure that takes one of them elsewhere takes the other too."""
    need_gpu()
    pairs = zip(measured(subject), measured(subject, "cuda"), strict=True)
    for (_, stimuli, here), (_, _, there) in pairs:
        for name in here:
            hold_near(
                f"{name} on a GPU", float64(there[name]), float64(here[name]), 1e-3, x=stimuli
            )

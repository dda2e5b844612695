"""A rule's claimed formula, looped over stimuli, positions and synapses in plain numbers."""

from __future__ import annotations

import torch
from torch import Tensor

from neuroplast.component import Component
from neuroplast.testing.bench import TENSORS
from neuroplast.testing.claims import RuleClaims, Site
from neuroplast.testing.memories import (
    NEURON,
    NEURON_PLACE,
    ONCE,
    PLACE,
    SYNAPSE,
    Known,
    ViewStep,
    groups_of,
    nameable,
    owner_of,
    seen,
)
from neuroplast.testing.memories import remembered as memory_after
from neuroplast.testing.numbers import float64
from neuroplast.testing.stated import stated
from neuroplast.testing.subject import Subject
from neuroplast.view import View

Layer = list[Site]
"""Every neuron of a layer, at one stimulus, position and synapse."""
Events = list[list[Layer]]
"""By stimulus and position, then by synapse."""

_SIGNAL = "signal "


def formula(subject: Subject) -> RuleClaims:
    """The claims that say what the rule does; NotApplicable where nothing does."""
    return stated(subject, RuleClaims, "change")


def looped(subject: Subject, view: View) -> Tensor:
    """The change by the claimed formula, (post, synapses of a neuron), in float64."""
    claims = formula(subject)
    for name in subject.part.memories().keys() - claims.unclaimed.keys():
        owner_of(subject.part, name)
    dw = [[0.0] * view.w[0].numel() for _ in view.w]
    for synapses in sites(subject.part, view):
        for j, layer in enumerate(synapses):
            for i, site in enumerate(layer):
                dw[i][j] += claims.change(subject.part, site)
    return float64(dw)


def sites(part: Component, view: View) -> Events:
    """Every synapse at every stimulus and position, with what the formula may read there: memory that it can name."""
    fields = _fields(view)
    groups = groups_of(view).tolist()
    batch, positions, _, neurons = fields["x"].shape
    size = (batch, positions, view.w[0].numel(), neurons)
    lists = {name: t.expand(size).flatten(0, 1).tolist() for name, t in fields.items()}
    signals = {name: lists[_SIGNAL + name] for name in view.signals}
    memory = {
        m.name: _spread(m, view).expand(*size, *m.tail).flatten(0, 1).tolist()
        for m in nameable(part, view)
    }

    batch_of: list[list[list[Site]]] = [[[] for _ in range(neurons)] for _ in range(size[2])]

    def site(e: int, j: int, i: int, layer: Layer) -> Site:
        x, w, w_e, u, v, g = (lists[name][e][j][i] for name in TENSORS)
        heard = {name: values[e][j][i] for name, values in signals.items()}
        kept = {name: values[e][j][i] for name, values in memory.items()}
        found = Site(x, w, w_e, u, v, g, i, heard, kept, layer, groups[i], batch_of[j][i])
        batch_of[j][i].append(found)
        return found

    events: Events = []
    for e in range(batch * positions):
        events.append([])
        for j in range(size[2]):
            layer: Layer = []
            layer.extend(site(e, j, i, layer) for i in range(neurons))
            events[-1].append(layer)
    return events


def remembered(subject: Subject, view: View) -> dict[str, Tensor]:
    """The memory after the step by its claims; what no claims name is as it was, what is unclaimed is left out."""
    part = subject.part
    if not part.memories():
        return {}
    claims = formula(subject)
    step = ViewStep(part, view, looped(subject, view), lambda: sites(part, view))
    return {
        name: memory_after(claims, part, step, name, getattr(view.memory, name))
        for name in part.memories()
        if name not in claims.unclaimed
    }


def _fields(view: View) -> dict[str, Tensor]:
    """What a site shows, each to be spread over (batch, positions, synapses, neurons)."""
    fields = {"x": seen(view, view.x), "w": view.w.flatten(1).T, "w_e": view.w_e.flatten(1).T}
    for name in "uvg":
        fields[name] = _of_neurons(view, getattr(view, name))
    for name, signal in view.signals.items():
        each = signal.reshape(len(signal), -1, *[1] * (view.u.ndim - 2)).expand_as(view.u)
        fields[_SIGNAL + name] = _of_neurons(view, each)
    return fields


def _of_neurons(view: View, activity: Tensor) -> Tensor:
    """Activity as a neuron has it at each stimulus and position of its own, the same for all its synapses."""
    rows = view.geometry.events(activity).view(len(view.w), len(activity), -1)
    return rows.permute(1, 2, 0).unsqueeze(2)


def _spread(memory: Known, view: View) -> Tensor:
    """A memory as each synapse at each position knows it, then the axes of one value."""
    values, neurons = memory.values, len(view.w)
    if memory.owner == ONCE:
        return values[0]
    if memory.owner == NEURON:
        return values
    if memory.owner == PLACE:
        return values[:, None, None]
    if memory.owner == NEURON_PLACE:
        return values.reshape(neurons, -1, *memory.tail).transpose(0, 1)[:, None]
    if memory.owner == SYNAPSE:
        return values.reshape(neurons, -1, *memory.tail).transpose(0, 1)
    one = view.x[:1]
    maps = [
        row.reshape(1, -1, *[1] * (one.ndim - 2)).expand_as(one)
        for row in values.reshape(len(values), -1).T
    ]
    each = torch.stack([seen(view, map) for map in maps], -1)
    return each.reshape(*each.shape[:-1], *memory.tail)

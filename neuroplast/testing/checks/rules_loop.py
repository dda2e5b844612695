"""A rule's claimed formula, looped over stimuli, positions and synapses in plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import Component, Memory
from neuroplast.shapes import Pre
from neuroplast.testing.asking import NotApplicable
from neuroplast.testing.bench import TENSORS
from neuroplast.testing.claims import Input, Neuron, RuleClaims, Site
from neuroplast.testing.numbers import float64
from neuroplast.testing.stated import own_memory, stated
from neuroplast.testing.subject import Subject
from neuroplast.view import View

Layer = list[Site]
"""Every neuron of a layer, at one stimulus, position and synapse."""
Events = list[list[Layer]]
"""By stimulus and position, then by synapse."""

_SIGNAL, _MEMORY = "signal ", "memory "
_ONCE: tuple[Any, ...] = ()
_NEURON = ("post",)
_PLACED = ("post", "positions")
_INPUT = ("pre",)
_SYNAPSE = ("weights",)
_NAMEABLE = (_ONCE, _NEURON, _PLACED, _INPUT, _SYNAPSE)


def formula(subject: Subject) -> RuleClaims:
    """The claims that say what the rule does; NotApplicable where nothing does."""
    return stated(subject, RuleClaims, "change")


def looped(subject: Subject, view: View) -> Tensor:
    """The change by the claimed formula, (post, synapses of a neuron), in float64."""
    claims = formula(subject)
    dw = [[0.0] * view.w[0].numel() for _ in view.w]
    for synapses in sites(subject.part, view):
        for j, layer in enumerate(synapses):
            for i, site in enumerate(layer):
                dw[i][j] += claims.change(subject.part, site)
    return float64(dw)


def sites(part: Component, view: View) -> Events:
    """Every synapse at every stimulus and position, with what the formula may read there."""
    fields = _fields(part, view)
    groups = _groups(view, view.x).tolist()
    batch, positions, _, neurons = fields["x"].shape
    size = (batch, positions, view.w[0].numel(), neurons)
    lists = {name: t.expand(size).flatten(0, 1).tolist() for name, t in fields.items()}
    signals = {name: lists[_SIGNAL + name] for name in view.signals}
    memory = {name: lists[_MEMORY + name] for name in part.memories()}

    batch_of: list[list[list[Site]]] = [[[] for _ in range(neurons)] for _ in range(size[2])]

    def site(e: int, j: int, i: int, layer: Layer) -> Site:
        x, w, w_e, u, v, g = (lists[name][e][j][i] for name in TENSORS)
        heard = {name: values[e][j][i] for name, values in signals.items()}
        known = {name: values[e][j][i] for name, values in memory.items()}
        found = Site(x, w, w_e, u, v, g, i, heard, known, layer, groups[i], batch_of[j][i])
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
    """The memory after the step by its claims; what no claims name is as it was."""
    part = subject.part
    before = {name: getattr(view.memory, name) for name in part.memories()}
    axes = {name: _axes(part, name) for name in before}
    if not before:
        return {}
    step = _Step(view, looped(subject, view), before, axes)
    claimed = {kind: _claims_of(kind, subject, view, step) for kind in set(axes.values())}
    return {name: _claimed(name, tensor, claimed[axes[name]]) for name, tensor in before.items()}


def _claims_of(axes: tuple[Any, ...], subject: Subject, view: View, step: _Step) -> Any:
    """What is claimed of all memory with these axes: nested lists over them, of values by name."""
    claims, part = formula(subject), subject.part

    def own(name: str, *given: Any) -> Mapping[str, float]:
        return own_memory(part, name, getattr(claims, name)(part, *given))

    post, synapses = range(len(view.w)), range(view.w[0].numel())
    if axes == _INPUT:
        return [own("remember_input", step.input(c)) for c in range(view.x.shape[1])]
    if axes == _SYNAPSE:
        events = sites(part, view)
        of = [[[e[j][i] for e in events] for j in synapses] for i in post]
        return [[own("remember_synapse", synapse) for synapse in row] for row in of]
    if axes == _PLACED:
        places = range(step.positions)
        return [[own("remember", step.neuron(i, t)) for t in places] for i in post]
    each = [own("remember", step.neuron(i)) for i in post]
    return each if axes == _NEURON else each[0]


def _claimed(name: str, before: Tensor, claimed: Any) -> Tensor:
    """The claimed values of one memory, in its shape; as before where the claims leave it out."""
    if isinstance(claimed, list):
        parts = zip(claimed, before.reshape(len(claimed), -1), strict=True)
        return torch.stack([_claimed(name, old, of) for of, old in parts]).reshape(before.shape)
    after = claimed.get(name)
    return before.double() if after is None else torch.full_like(before.double(), after)


class _Step:
    """One step as a neuron or an input knows it, in plain numbers."""

    def __init__(
        self,
        view: View,
        dw: Tensor,
        memory: Mapping[str, Tensor],
        axes: Mapping[str, tuple[Any, ...]],
    ) -> None:
        self._view, self._dw = view, dw
        self._memory, self._axes = memory, axes
        self.positions = view.u[0, 0].numel()

    def neuron(self, i: int, position: int | None = None) -> Neuron:
        """One neuron in all events, or in those at one position."""

        def row(activity: Tensor) -> list[float]:
            each = activity[:, i].reshape(len(activity), -1)
            return _numbers(each if position is None else each[:, position])

        memory = {**self._named(_ONCE, lambda m: m), **self._named(_NEURON, lambda m: m[i])}
        if position is not None:
            memory |= self._named(_PLACED, lambda m: m[i].flatten()[position])
        view = self._view
        return Neuron(
            w=_numbers(view.w[i]),
            g=row(view.g),
            v=row(view.v),
            u=row(view.u),
            dw=self._dw[i].tolist(),
            memory=memory,
            stimuli=len(view.u),
        )

    def input(self, c: int) -> Input:
        """One input in all events."""
        memory = {**self._named(_ONCE, lambda m: m), **self._named(_INPUT, lambda m: m[c])}
        return Input(_numbers(self._view.x[:, c]), memory, len(self._view.x))

    def _named(self, axes: tuple[Any, ...], pick: Callable[[Tensor], Tensor]) -> dict[str, float]:
        return {n: float(pick(t)) for n, t in self._memory.items() if self._axes[n] == axes}


def _numbers(tensor: Tensor) -> list[float]:
    numbers: list[float] = tensor.flatten().tolist()
    return numbers


def _fields(part: Component, view: View) -> dict[str, Tensor]:
    """What a site shows, each to be spread over (batch, positions, synapses, neurons)."""
    fields = {"x": _seen(view, view.x), "w": view.w.flatten(1).T, "w_e": view.w_e.flatten(1).T}
    for name in "uvg":
        activity: Tensor = getattr(view, name)
        fields[name] = activity.reshape(*activity.shape[:2], -1).mT.unsqueeze(2)
    for name, signal in view.signals.items():
        each = signal if signal.ndim > 1 else signal[:, None]
        fields[_SIGNAL + name] = each[:, None, None, :]
    for name in part.memories():
        fields[_MEMORY + name] = _spread(getattr(view.memory, name), _axes(part, name), view)
    return fields


def _spread(memory: Tensor, axes: tuple[Any, ...], view: View) -> Tensor:
    """A memory as each synapse at each position knows it."""
    if axes == _PLACED:
        return memory.flatten(1).T[:, None, :]
    if axes == _SYNAPSE:
        return memory.flatten(1).T
    if axes == _INPUT:
        one = view.x[:1]
        return _seen(view, memory.reshape(1, -1, *[1] * (one.ndim - 2)).expand_as(one))
    return memory


def _seen(view: View, x: Pre) -> Tensor:
    """The inputs that each neuron sees, (batch, positions, synapses, neurons)."""
    patches: Tensor = view.geometry.patches(x)  # type: ignore[attr-defined]
    return patches[:, :, _groups(view, x)].mT


def _groups(view: View, x: Pre) -> Tensor:
    """The group of inputs that each neuron sees, (post,)."""
    patches: Tensor = view.geometry.patches(x)  # type: ignore[attr-defined]
    neurons = len(view.w)
    return torch.arange(neurons) * patches.shape[2] // neurons


def _axes(part: Component, name: str) -> tuple[Any, ...]:
    """The axes that a memory declares; NotApplicable where a formula in scalars cannot name its values."""
    memory: Memory = part.memories()[name]
    shape = memory.shape if isinstance(memory.shape, tuple) else (memory.shape,)
    axes = tuple(axis for axis in shape if axis != "scalar")
    if axes not in _NAMEABLE:
        raise NotApplicable(
            f"memory {name} has axes {memory.shape!r}, whose values no formula for one synapse can name"
        )
    return axes

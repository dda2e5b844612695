"""Memory in plain numbers: as a neuron, an input or a synapse knows it, and as claims say that it is after a step.

One mechanism for every family whose parts remember; the families differ in the step alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import Component
from neuroplast.testing.asking import NotApplicable, Violation
from neuroplast.testing.bench import OF_WEIGHTS, on_a_line
from neuroplast.testing.claims import Input, MemoryClaims, Neuron, Row, Site
from neuroplast.testing.numbers import hold_near
from neuroplast.testing.stated import own_memory
from neuroplast.testing.subject import Subject
from neuroplast.view import View

ONCE, NEURON, PLACE, NEURON_PLACE = (), ("post",), ("positions",), ("post", "positions")
INPUT, SYNAPSE = ("pre",), ("weights",)
OWNERS: tuple[tuple[str, ...], ...] = (ONCE, NEURON, PLACE, NEURON_PLACE, INPUT, SYNAPSE)
"""Whose a value of memory can be, by the axes that number them; further axes make it a list."""

METHODS = {INPUT: "remember_input", SYNAPSE: "remember_synapse"} | dict.fromkeys(
    (ONCE, NEURON, PLACE, NEURON_PLACE), "remember"
)
"""The method of claims that states memory, by its owner."""


@dataclass(frozen=True)
class Known:
    """A memory, its values in one row: one for each of what `owner` names, then the axes of one value."""

    name: str
    owner: tuple[str, ...]
    values: Tensor

    @property
    def tail(self) -> tuple[int, ...]:
        """The shape of one value."""
        return tuple(self.values.shape[1:])


def owners(part: Component | type[Component]) -> dict[str, tuple[str, ...]]:
    """Whose the values of each memory are that a formula in scalars can name."""
    found = {}
    for name, memory in part.memories().items():
        shape = memory.shape if isinstance(memory.shape, tuple) else (memory.shape,)
        axes = tuple(axis for axis in shape if axis != "scalar")
        for owner in OWNERS:
            further = axes[len(owner) :]
            lists = all(isinstance(axis, int) for axis in further)
            if axes[: len(owner)] == owner and (lists or owner == NEURON == further):
                found[name] = owner
    return found


def owner_of(part: Component, name: str) -> tuple[str, ...]:
    """Whose the values of a memory are; NotApplicable where a formula in scalars cannot name them."""
    if (owner := owners(part).get(name)) is None:
        raise NotApplicable(
            f"memory {name} has axes {part.memories()[name].shape!r}, whose values no formula for one neuron, "
            "input or synapse can name; let the axis that it is of come first"
        )
    return owner


def known(part: Component, name: str, tensor: Tensor, sizes: Mapping[str, Sequence[int]]) -> Known:
    """A memory by owner, sizes being those of the axes."""
    owner = owner_of(part, name)
    lead = sum(len(sizes[axis]) for axis in owner)
    return Known(name, owner, tensor.reshape(-1, *tensor.shape[lead:]))


def remembered(
    claims: MemoryClaims, part: Any, step: ViewStep, name: str, before: Tensor
) -> Tensor:
    """One memory after the step by its claims, in its shape; as before where they leave it out."""
    memory = known(part, name, before, step.sizes)
    places = range(prod(step.sizes.get("positions", ())))
    neurons = range(step.sizes["post"][0])
    synapses = range(prod(step.sizes["weights"]) // len(neurons))
    given: dict[tuple[str, ...], Iterator[Any]] = {
        ONCE: (step.neuron(0, None) for _ in range(1)),
        NEURON: (step.neuron(i, None) for i in neurons),
        PLACE: (step.neuron(0, t) for t in places),
        NEURON_PLACE: (step.neuron(i, t) for i in neurons for t in places),
        INPUT: (step.input(c) for c in range(step.sizes["pre"][0])),
        SYNAPSE: (step.synapse(i, j) for i in neurons for j in synapses),
    }
    method = METHODS[memory.owner]
    ask = getattr(claims, method)
    each = [
        _value(part, memory, own_memory(part, method, ask(part, one)), old)
        for one, old in zip(given[memory.owner], memory.values, strict=True)
    ]
    return torch.stack(each).reshape(before.shape)


def _value(part: Any, memory: Known, claimed: Mapping[str, Any], before: Tensor) -> Tensor:
    """One value as it is claimed; as before where it is left out."""
    value = torch.as_tensor(claimed.get(memory.name, before), dtype=torch.float64)
    if value.shape != memory.tail:
        raise Violation(
            f"the claims of {part.kind} give memory {memory.name} as {claimed[memory.name]!r}; "
            f"give {_form(memory.tail)}"
        )
    return value


def _form(tail: tuple[int, ...]) -> str:
    return " lists of ".join(map(str, tail)) + " numbers" if tail else "one number"


class ViewStep:
    """A step as neurons, inputs and synapses know it, in plain numbers; the memory in the view is that from before.

    dw: the summed change, where there is one. events: gives every synapse at every stimulus and position.
    sizes: of the axes of memory.
    """

    def __init__(
        self,
        part: Component,
        view: View,
        dw: Tensor | None = None,
        events: Callable[[], Sequence[Sequence[Sequence[Site]]]] | None = None,
    ) -> None:
        self._part, self._view, self._dw = part, view, dw
        self._events = events
        self._layers: dict[int | None, list[Neuron]] = {}
        self.sizes = sizes_of(view, part)

    def neuron(self, i: int, position: int | None = None) -> Neuron:
        """One neuron in all events, or in those at one position; what it knows of the others is of the same."""
        if position not in self._layers:
            layer: list[Neuron] = []
            layer.extend(self._neuron(k, position, layer) for k in range(self.sizes["post"][0]))
            self._layers[position] = layer
        return self._layers[position][i]

    def input(self, c: int) -> Input:
        """One input in all events."""
        x = self._view.x
        own = {m.name: m.values[c].tolist() for m in self._memory if m.owner == INPUT}
        return Input(numbers(x[:, c]), self._shared() | own, len(x))

    def synapse(self, i: int, j: int) -> Sequence[Site]:
        """One synapse in all events; none where the step has no events to show."""
        return [event[j][i] for event in self._sites]

    def _neuron(self, i: int, position: int | None, layer: Sequence[Neuron]) -> Neuron:
        def row(activity: Tensor) -> Row:
            each = self._own(activity)[:, i]
            return numbers(each if position is None else each[:, position])

        view = self._view
        return Neuron(
            w=numbers(view.w[i]),
            g=row(view.g),
            v=row(view.v),
            u=row(view.u),
            dw=[] if self._dw is None else self._dw[i].tolist(),
            memory=self._known(i, position),
            x=self._seen(i, position),
            w_e=numbers(view.w_e[i]),
            signals={name: row(self._spread(signal)) for name, signal in view.signals.items()},
            stimuli=len(view.u),
            neuron=i,
            layer=layer,
        )

    def _own(self, activity: Tensor) -> Tensor:
        """Activity (batch, neurons, positions), where positions have weights of their own a neuron for each."""
        if self._part.family not in OF_WEIGHTS:
            return on_a_line(activity)
        rows = self._view.geometry.events(activity)
        return rows.reshape(len(rows), len(activity), -1).transpose(0, 1)

    def _known(self, i: int, position: int | None) -> dict[str, Any]:
        """What there is one of, what neuron i has, and what position it is at; the rest as a list."""
        found = self._shared()
        for m in self._memory:
            if m.owner in (NEURON, NEURON_PLACE, SYNAPSE):
                own = m.values.reshape(len(self._view.w), -1, *m.tail)[i]
                place = 0 if m.owner == NEURON else position if m.owner == NEURON_PLACE else None
                found[m.name] = (own if place is None else own[place]).tolist()
            elif m.owner == PLACE and position is not None:
                found[m.name] = m.values[position].tolist()
        return found

    def _shared(self) -> dict[str, Any]:
        """What everyone knows: values that there is one of, and those of all positions and inputs."""
        once = {m.name: m.values[0].tolist() for m in self._memory if m.owner == ONCE}
        lists = {m.name: m.values.tolist() for m in self._memory if m.owner in (PLACE, INPUT)}
        return once | lists

    @cached_property
    def _memory(self) -> list[Known]:
        return nameable(self._part, self._view)

    @cached_property
    def _sites(self) -> Sequence[Sequence[Sequence[Site]]]:
        return self._events() if self._events else []

    @cached_property
    def _patches(self) -> Tensor:
        return seen(self._view, self._view.x)

    def _seen(self, i: int, position: int | None) -> list[Row]:
        own = self._patches[..., i]
        rows: list[Row] = (own.flatten(0, 1) if position is None else own[:, position]).tolist()
        return rows

    def _spread(self, signal: Tensor) -> Tensor:
        """A signal of each stimulus, or of each neuron too, at every position."""
        each = signal if signal.ndim > 1 else signal[:, None]
        u = self._view.u
        return each.reshape(*each.shape, *[1] * (u.dim() - 2)).expand_as(u)


def nameable(part: Component, view: View) -> list[Known]:
    """The memory in a view whose values a formula can name."""
    sizes = sizes_of(view, part)
    return [known(part, name, getattr(view.memory, name), sizes) for name in owners(part)]


def nested(
    part: Component, memory: Mapping[str, Tensor], response: Sequence[int]
) -> dict[str, Any]:
    """Memory of the neurons of a response (post, *positions) as nested lists, all positions in one row."""
    sizes = {"post": response[:1], "positions": response[1:]}
    found = {}
    for name, tensor in memory.items():
        m = known(part, name, tensor, sizes)
        lead = [prod(sizes[axis]) for axis in m.owner]
        found[name] = m.values.reshape((*lead, *m.tail)).tolist()
    return found


def sizes_of(view: View, part: Component) -> dict[str, Sequence[int]]:
    """The size of every axis that a part's memory may have."""
    return {
        "pre": tuple(view.x.shape[1:2]),
        "post": tuple(view.w.shape[:1] if part.family in OF_WEIGHTS else view.u.shape[1:2]),
        "positions": tuple(view.u.shape[2:]),
        "weights": tuple(view.w.shape),
    }


def seen(view: View, x: Tensor) -> Tensor:
    """The inputs that each neuron sees, (batch, positions, synapses, neurons)."""
    patches: Tensor = view.geometry.patches(x)  # type: ignore[attr-defined]
    return patches[:, :, groups_of(view)].mT


def groups_of(view: View) -> Tensor:
    """The group of inputs that each neuron sees, (post,)."""
    patches: Tensor = view.geometry.patches(view.x)  # type: ignore[attr-defined]
    neurons = len(view.w)
    return torch.arange(neurons) * patches.shape[2] // neurons


def numbers(tensor: Tensor) -> Row:
    """All numbers of a tensor, in a row."""
    found: Row = tensor.flatten().tolist()
    return found


# -- holding a part to it ----------------------------------------------------------------------------------------------


def declared(subject: Subject) -> list[str]:
    """The names of a part's memory, for checks that are asked of each."""
    return list(subject.part.memories())


def claims_of(subject: Subject, name: str) -> MemoryClaims:
    """The claims that say what becomes of a memory; NotApplicable, with the reason, where none do."""
    claims = subject.claims
    reasons = claims.unclaimed if isinstance(claims, MemoryClaims) else {}
    if name in reasons:
        raise NotApplicable(f"the claims give no formula for memory {name}: {reasons[name]}")
    method = METHODS[owner_of(subject.part, name)]
    if not isinstance(claims, MemoryClaims) or _leaves_out(claims, method):
        raise NotApplicable(
            f"no claims say what becomes of memory {name} of {subject.kind}; state it in `{method}`, "
            "or why there is no formula in `unclaimed`"
        )
    return claims


def _leaves_out(claims: MemoryClaims, method: str) -> bool:
    return getattr(type(claims), method) is getattr(MemoryClaims, method)


def hold_remembered(
    claims: MemoryClaims,
    part: Any,
    step: ViewStep,
    before: Mapping[str, Tensor],
    after: Mapping[str, Tensor],
    names: Iterable[str],
    when: str,
    **shown: Any,
) -> None:
    """Hold some memories after a step to their claims."""
    for name in names:
        expected = remembered(claims, part, step, name, before[name])
        shown |= {f"{name} before": before[name]}
        hold_near(f"memory {name} after {when}", after[name], expected, **shown)

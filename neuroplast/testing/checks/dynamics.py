"""What every mechanism between drive and competition is held to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.testing.adapting import adapted, adapting
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import on_a_line
from neuroplast.testing.calls import Call, Tensors, coupled_as_declared, of_each
from neuroplast.testing.claims import DynamicsClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.memories import nested
from neuroplast.testing.numbers import float64, hold_near, normal
from neuroplast.testing.responses import memory_of, of_shape, responses
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits
from neuroplast.view import View


def answered(part: Any, view: View) -> View:
    """A step in which the part integrated the drive itself; a ConfigurationError where it refuses the response."""
    return replace(view, v=call_of(part, view.u, {}).ask({"u": view.u.clone()}, view.memory))


def calls(subject: Subject) -> Iterator[Call]:
    """Calls of `integrate` from one neuron up, and of `settle` by what leaks."""
    for call in integrations(subject.part):
        yield call
        if subject.part.leaks:
            yield settling(call, normal(*call.given["u"].shape, seed=5))


def integrations(part: Any) -> Iterator[Call]:
    """Calls of `integrate` from one neuron up, with new memory and with memory that has adapted."""
    for setting in responses():
        call = call_of(part, setting.post(seed=4), memory_of(part, setting))
        yield call
        if type(part).memories():
            with suppress(ConfigurationError):
                yield replace(call, memory=adapted(part, setting, answered))


def call_of(part: Any, u: Tensor, memory: Tensors) -> Call:
    """The call of `integrate` on some drives, with the refusal that a layer asks for before it."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        part.check(Fit(tuple(given["u"].shape[1:])))
        found: Tensor = part.integrate(given["u"], memory)
        return found

    return Call(part, "integrate(u, memory)", ask, {"u": u}, (tuple(u.shape),), memory)


def settling(call: Call, before: Tensor) -> Call:
    """The call of `settle` on the same drives and memory, from a v at the inner step before."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        call.part.check(Fit(tuple(given["u"].shape[1:])))
        found: Tensor = call.part.settle(given["u"], given["before"], memory)
        return found

    what, given = "settle(u, before, memory)", {**call.given, "before": before}
    return replace(call, what=what, ask=ask, given=given)


manners("dynamics", calls)
adapting("dynamics", "v", answered)


@check("dynamics", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """A loop over stimuli gives the same v, with new memory and while memory adapts."""
    claims = stated(subject, DynamicsClaims, "integrate")

    def hold(call: Call) -> None:
        found = call.result()  # before the claims, which need not know what the part refuses
        hold_near("v", found, looped(claims, call), u=call.given["u"], memory=call.memory)

    of_each(integrations(subject.part), hold)


def looped(claims: DynamicsClaims, call: Call) -> Tensor:
    """The v by the claimed formula, a stimulus at a time."""
    u = call.given["u"]
    memory, positions = nested(call.part, call.memory, u.shape[1:]), tuple(u.shape[2:])
    rows = [
        claims.integrate_on(call.part, stimulus.tolist(), memory, positions)
        for stimulus in on_a_line(u)
    ]
    return float64(rows).reshape(u.shape)


@check("dynamics", "settles as its formula does")
def settles_as_claimed(subject: Subject) -> None:
    """A constant drive, from silence: v at each of some inner steps is what the formula makes of the one before."""
    if not subject.part.leaks:
        raise NotApplicable(f"{subject.kind} does not leak, and settles as it integrates")
    claims = stated(subject, DynamicsClaims, "settle")

    def hold(call: Call) -> None:
        u, found = call.given["u"], torch.zeros_like(call.given["u"])
        memory, expected = nested(call.part, call.memory, u.shape[1:]), found
        for n in range(_INNER):
            found = settling(call, found).result()
            pairs = zip(on_a_line(u).tolist(), on_a_line(expected).tolist(), strict=True)
            rows = [claims.settle(call.part, given, before, memory) for given, before in pairs]
            expected = float64(rows).reshape(u.shape)
            hold_near(f"v at inner step {n + 1}", found, expected, u=u, memory=call.memory)

    of_each(integrations(subject.part), hold)


_INNER = 5
"""Inner steps of a layer that settles, held to the formula one by one."""


@check("dynamics", "depends on the inner step before if it says so")
def leaks_as_declared(subject: Subject) -> None:
    """Where a layer settles, what does not leak answers as it does without; what leaks starts from its own v."""
    part, moved = subject.part, False

    def hold(call: Call) -> None:
        nonlocal moved
        silent, later = (
            settling(call, before).result()
            for before in (
                torch.zeros_like(call.given["u"]),
                normal(*call.given["u"].shape, seed=6),
            )
        )
        moved |= not same_bits(silent, later)
        if not part.leaks:
            plain = call.result()
            for v in (silent, later):
                hold_near(f"{part.kind}: settle(u, before, memory) without leaks", v, plain, 0.0)

    of_each(integrations(part), hold)
    if part.leaks and not moved:
        raise Violation(
            f"{part.kind}: declares leaks, and its v at the step before makes no difference; "
            "leave the declaration out"
        )


@check("dynamics", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    u = float64([case.example.given["u"]])
    memory = memory_of(case.part, of_shape(1, tuple(u.shape[1:])))
    for name, values in case.example.given.get("memory", {}).items():
        memory[name] = float64(values).view(memory[name].shape)
    found = call_of(case.part, u, memory).result()
    case.hold(f"v of {case.part}", found[0], u=u)


@check("dynamics", "integrates each stimulus alone")
def stimuli_integrate_alone(subject: Subject) -> None:
    """A stimulus gives the same v whatever is presented with it, unless the part declares `couples_batch`."""
    coupled_as_declared(subject.part, calls(subject))

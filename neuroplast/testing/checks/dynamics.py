"""What every mechanism between drive and competition is held to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.shapes import Post
from neuroplast.testing.adapting import adapted, adapting
from neuroplast.testing.asking import check
from neuroplast.testing.bench import on_a_line
from neuroplast.testing.calls import Call, Tensors, coupled_as_declared, of_each
from neuroplast.testing.claims import DynamicsClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.memories import nested
from neuroplast.testing.numbers import float64, hold_near
from neuroplast.testing.responses import memory_of, of_shape, responses
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.view import View


def answered(part: Any, view: View) -> View:
    """A step in which the part integrated the drive itself; a ConfigurationError where it refuses the response."""
    return replace(view, v=call_of(part, view.u, {}).ask({"u": view.u.clone()}, view.memory))


def calls(subject: Subject) -> Iterator[Call]:
    """Calls of `integrate` from one neuron up, with new memory and with memory that has adapted."""
    for setting in responses():
        call = call_of(subject.part, setting.post(seed=4), memory_of(subject.part, setting))
        yield call
        if type(subject.part).memories():
            with suppress(ConfigurationError):
                yield replace(call, memory=adapted(subject.part, setting, answered))


def call_of(part: Any, u: Post, memory: Tensors) -> Call:
    """The call of `integrate` on some drives, with the refusal that a layer asks for before it."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        part.check(Fit(tuple(given["u"].shape[1:])))
        found: Tensor = part.integrate(given["u"], memory)
        return found

    return Call(part, "integrate(u, memory)", ask, {"u": u}, (tuple(u.shape),), memory)


manners("dynamics", calls)
adapting("dynamics", "v", answered)


@check("dynamics", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """A loop over stimuli gives the same v, with new memory and while memory adapts."""
    claims = stated(subject, DynamicsClaims, "integrate")

    def hold(call: Call) -> None:
        found = call.result()  # before the claims, which need not know what the part refuses
        hold_near("v", found, looped(claims, call), u=call.given["u"], memory=call.memory)

    of_each(calls(subject), hold)


def looped(claims: DynamicsClaims, call: Call) -> Tensor:
    """The v by the claimed formula, a stimulus at a time."""
    u = call.given["u"]
    memory = nested(call.part, call.memory, u.shape[1:])
    rows = [claims.integrate(call.part, stimulus.tolist(), memory) for stimulus in on_a_line(u)]
    return float64(rows).reshape(u.shape)


@check("dynamics", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    u = float64([case.example.given["u"]])
    memory = memory_of(case.part, of_shape(1, (u.shape[1],)))
    for name, values in case.example.given.get("memory", {}).items():
        memory[name] = float64(values).view(memory[name].shape)
    found = call_of(case.part, u, memory).result()
    case.hold(f"v of {case.part}", found[0], u=u)


@check("dynamics", "integrates each stimulus alone")
def stimuli_integrate_alone(subject: Subject) -> None:
    """A stimulus gives the same v whatever is presented with it, unless the part declares `couples_batch`."""
    coupled_as_declared(subject.part, calls(subject))

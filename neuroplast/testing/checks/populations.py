"""What every population is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.parts.population import RisingPopulation
from neuroplast.shapes import Post
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.calls import Call, of_each, positions_alone, stimuli_alone
from neuroplast.testing.claims import PopulationClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.numbers import float64, hold_near, in_words
from neuroplast.testing.responses import responses
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits

_LARGE = 100.0
"""A large drive; its exponential is beyond float32."""
_ROUNDING = 1e-12
"""What a function that rises may fall by in float64, in its largest value."""


def calls(subject: Subject) -> Iterator[Call]:
    """Calls of `respond` from one neuron up; g is None where the population does not read it."""
    for setting in responses():
        yield call_of(subject.part, setting.post(seed=5), setting.post(seed=6))
        yield call_of(subject.part, -setting.post(seed=7).abs(), setting.post(seed=8))


def call_of(population: Any, v: Post, g: Post) -> Call:
    """The call of `respond` on some drives."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        found: Tensor = population.respond(given["v"], given.get("g"))
        return found

    given = {"v": v, "g": g} if population.reads_g else {"v": v}
    return Call(population, "respond(v, g)", ask, given, (tuple(v.shape),))


manners("population", calls)


@check("population", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """A loop over stimuli and positions gives the same response."""
    claims = stated(subject, PopulationClaims, "respond")

    def hold(call: Call) -> None:
        hold_near("y", call.result(), looped(claims, call), **call.given)

    of_each(calls(subject), hold)


def looped(claims: PopulationClaims, call: Call) -> Post:
    """The response by the claimed formula, a stimulus and position at a time."""
    v = call.given["v"]
    drives, activities = (_by_event(t) for t in (v, call.given.get("g", v)))
    rows = [
        claims.respond(call.part, d, g)
        for d, g in zip(drives.tolist(), activities.tolist(), strict=True)
    ]
    y = float64(rows)
    return y.view(len(v), -1, v.shape[1]).transpose(1, 2).reshape(v.shape)


def _by_event(t: Post) -> Tensor:
    """(stimuli times positions, post)."""
    return t.flatten(2).transpose(1, 2).flatten(0, 1) if t.dim() > 2 else t


@check("population", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    given = case.example.given
    v = float64([given["v"]])
    g = float64([given.get("g", given["v"])])
    found = call_of(case.part, v, g).result()
    case.hold(f"y of {case.part}", found[0], v=v, g=g)


@check("population", "lets each stimulus and each position respond alone")
def respond_alone(subject: Subject) -> None:
    """Neurons respond to what is in front of them: no other stimulus and no other position has a say."""
    of_each(calls(subject), stimuli_alone)
    of_each(calls(subject), positions_alone)


@check("population", "declares truly whether it reads g")
def reads_g_truly(subject: Subject) -> None:
    """Where `reads_g` is false, a frozen layer runs no competition: g may be None, or anything."""
    if subject.part.reads_g:
        _hold_reading(subject)
        return
    for call in calls(subject):
        v = call.given["v"]
        without = call.result()
        found = subject.part.respond(v.clone(), 3 * v.flip(0) + 1)
        if not same_bits(found, without):
            raise Violation(
                f"{subject.kind}: declares reads_g = False, and responds differently to another g; "
                "declare reads_g = True",
                in_words(v=v, without=without, found=found),
            )


def _hold_reading(subject: Subject) -> None:
    """Some response must change with g."""
    for call in calls(subject):
        other = replace(call, given={**call.given, "g": 3 * call.given["g"].flip(1) + 1})
        if not same_bits(call.result(), other.result()):
            return
    raise Violation(
        f"{subject.kind}: declares reads_g = True, and no response changed with g; "
        "leave reads_g out, so that a frozen layer need not compete"
    )


@check("population", "declares truly whether it is signed")
def signed_truly(subject: Subject) -> None:
    """Where `signed` is false no response is negative: Dale's principle rests on it."""
    lowest = 0.0
    for call in calls(subject):
        y = call.result()
        lowest = min(lowest, float(y.min()))
        if lowest < 0 and not subject.part.signed:
            raise Violation(
                f"{subject.kind}: declares signed = False, and responds with {lowest:g}; "
                "declare signed = True",
                in_words(**call.given, y=y),
            )
    if lowest == 0 and subject.part.signed:
        raise Violation(
            f"{subject.kind}: declares signed = True, and no response was negative; leave signed out"
        )


@check("population", "rises with its level, where it says so")
def rises_with_level(subject: Subject) -> None:
    """A layer whose pool picks computes `rise` of pooled levels: so it must be of each alone, and never fall."""
    part = subject.part
    if not isinstance(part, RisingPopulation):
        return
    for call in calls(subject):
        v, g = call.given["v"], call.given.get("g")
        level = part.level(v, g).flatten().sort().values
        y = part.rise(level)
        hold_near("rise(level(v, g))", part.rise(part.level(v, g)), call.result(), **call.given)
        hold_near(
            "rise of each level alone", torch.cat([part.rise(one) for one in level[:, None]]), y
        )
        if (y.diff() < -_ROUNDING * y.abs().max()).any():
            raise Violation(
                f"{subject.kind}: rise falls where its level rises; be a Population that is not a RisingPopulation",
                in_words(level=level, y=y),
            )


@check("population", "gives each neuron a sign, or none")
def signs_are_signs(subject: Subject) -> None:
    """Signs are +1 or -1, one a neuron, always the same; the constraints of the next layer are built on them."""
    for n in (1, 2, 3, 10):
        signs = subject.part.signs(n)
        if signs is None and subject.part.signs(n) is None:
            continue
        if not isinstance(signs, list) or len(signs) != n or set(signs) - {1, -1}:
            raise Violation(
                f"{subject.kind}: signs({n}) gave {signs!r}; give a list of {n} numbers +1 or -1, or None"
            )
        if (again := subject.part.signs(n)) != signs:
            raise Violation(
                f"{subject.kind}: signs({n}) gave {signs}, then {again}; always give the same"
            )


@check("population", "stays finite at large drives")
def stays_finite(subject: Subject) -> None:
    """Drives of a hundred of either sign, in float32, give no overflow."""
    for call in calls(subject):
        for size in (_LARGE, -_LARGE):
            large = call.of(lambda t, size=size: (t.sign() * size).float())  # type: ignore[misc]
            if not (y := large.result()).isfinite().all():
                raise Violation(
                    f"{subject.kind}: a response to drives of {_LARGE:g} is not finite",
                    in_words(**large.given, y=y),
                )

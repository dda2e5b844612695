"""What every competition is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, get_args

import torch
from pydantic import ValidationError
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.parts.competition import Competition
from neuroplast.shapes import Post
from neuroplast.testing.adapting import adapted, adapting
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import on_a_line
from neuroplast.testing.calls import (
    Call,
    coupled_as_declared,
    neurons_alone,
    of_each,
    positions_alone,
    some_apart,
)
from neuroplast.testing.claims import CompetitionClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.memories import NEURON, ONCE, PLACE, nested, owners
from neuroplast.testing.numbers import float64, hold_near, in_words
from neuroplast.testing.responses import memory_of, of_shape, responses
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.view import View

_HAIR = 1e-9
"""By how much drives differ where a tie is broken by hand."""

_CLOSE = 1e-5
"""How near g must come to that without a tie."""

_MANY = 3
"""Competitors where numbers of winners are tried."""

DRIVES: dict[str, Callable[[Tensor], Tensor]] = {
    "untied": lambda v: v,
    "all negative": lambda v: -v.abs() - 0.1,
    "tied": lambda v: v.round(),
    "all equal": lambda v: torch.full_like(v, 0.5),
    "all equal and negative": lambda v: torch.full_like(v, -0.5),
    "all zero": torch.zeros_like,
}
"""What drives may look like."""
TIED = ("tied", "all equal", "all equal and negative", "all zero")


def answered(part: Any, view: View) -> View:
    """A step in which the part competed itself; a ConfigurationError where it refuses the response."""
    given = {"v": view.v.clone()}
    return replace(view, g=call_of(part, view.v).ask(given, view.memory))


def calls(subject: Subject, drives: str = "untied") -> Iterator[Call]:
    """Calls of `compete` from one neuron up, along every axis, with new memory."""
    for competition in _along_every_axis(subject.part):
        for setting in responses():
            v = DRIVES[drives](setting.post())
            yield call_of(competition, v)


def later(subject: Subject, drives: str = "untied") -> Iterator[Call]:
    """The same on a few sizes with memory that has adapted; none where there is none, or where they are refused."""
    for competition in _along_every_axis(subject.part) if subject.part.memories() else ():
        for batch, response in _LATER:
            setting = of_shape(batch, response)
            try:
                memory = adapted(competition, setting, answered)
            except ConfigurationError:
                continue
            yield replace(call_of(competition, DRIVES[drives](setting.post())), memory=memory)


_LATER = ((1, (2,)), (2, (3,)), (2, (3, 2, 2)), (3, (5, 2, 3)), (1, (70,)))
"""Stimuli, and (post, *positions), where memory has adapted."""


def sooner_and_later(subject: Subject) -> Iterator[Call]:
    """With new memory, and with memory that has adapted."""
    return chain(calls(subject), later(subject))


def _along_every_axis(competition: Competition) -> Iterator[Competition]:
    """The competition as it is, then along the other axes where it has an `axis` parameter."""
    yield competition
    axis = type(competition).model_fields.get("axis")
    for other in get_args(axis.annotation) if axis else ():
        if other != competition.axis:  # type: ignore[attr-defined]
            yield _with(competition, axis=other)


def _with(competition: Competition, **parameters: Any) -> Competition:
    """The same competition with some parameters changed; ValidationError where they cannot be."""
    own = {name: getattr(competition, name) for name in type(competition).model_fields}
    return type(competition)(**{**own, **parameters})


def call_of(competition: Competition, v: Post) -> Call:
    """The call of `compete` on some drives, with the refusal that a layer asks for before it."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        competition.check(Fit(tuple(given["v"].shape[1:])))
        return competition.compete(given["v"], memory)

    memory = memory_of(competition, of_shape(len(v), tuple(v.shape[1:])))
    return Call(competition, "compete(v, memory)", ask, {"v": v}, (tuple(v.shape),), memory)


def in_space(competition: object) -> bool:
    """Whether the positions of a channel compete, not the channels of a position."""
    return bool(getattr(competition, "axis", "channels") != "channels")


manners("competition", sooner_and_later)
adapting("competition", "g", answered)


# -- what is claimed ---------------------------------------------------------------------------------------------------


@check("competition", "equals its formula, looped, with drives", lambda subject: DRIVES)
def equals_its_formula(subject: Subject, drives: str) -> None:
    """A loop over stimuli and groups of competitors, along channels and along positions, gives the same."""
    claims = stated(subject, CompetitionClaims, "compete")
    of_each(calls(subject, drives), lambda call: _hold_formula(claims, call))


@check("competition", "equals its formula, looped, with memory")
def equals_its_formula_later(subject: Subject) -> None:
    """The same with memory that has adapted, by the formula that the claims state for it."""
    if not subject.part.memories():
        raise NotApplicable(f"{subject.kind} declares no memory")
    claims = stated(subject, CompetitionClaims, "compete")
    if not any(_states(claims, formula) for formula in _OF_MEMORY):
        raise NotApplicable(
            f"no claims say what {subject.kind} makes of memory that has adapted; state "
            f"{' or '.join(_OF_MEMORY)}"
        )
    for drives in ("untied", "tied", "all equal"):  # where drives are equal memory alone decides
        of_each(later(subject, drives), lambda call: _hold_formula(claims, call))


_OF_MEMORY = ("compete_remembering", "compete_all")


def _hold_formula(claims: CompetitionClaims, call: Call) -> None:
    found = call.result()  # before the claims, which need not know what the part refuses
    expected = looped(claims, call)
    hold_near(f"g of {call.part}", found, expected, **call.given, memory=call.memory)


def looped(claims: CompetitionClaims, call: Call) -> Post:
    """The g by the claimed formula: of the whole batch, or of a group at a time where its memory is claimed."""
    v = on_a_line(call.given["v"])
    if not _states(claims, "compete_remembering"):
        memory = nested(call.part, call.memory, call.given["v"].shape[1:])
        rows = claims.compete_all(call.part, v.tolist(), memory)
        return float64(rows).reshape(call.given["v"].shape)
    dim = 2 if in_space(call.part) else 1
    groups, remembered = v.movedim(dim, -1), list(_remembered(call))
    each = [
        [
            claims.compete_remembering(call.part, row, memory)
            for row, memory in zip(rows, remembered, strict=True)
        ]
        for rows in groups.tolist()
    ]
    return float64(each).view(groups.shape).movedim(-1, dim).reshape(call.given["v"].shape)


def _states(claims: CompetitionClaims, formula: str) -> bool:
    return getattr(type(claims), formula) is not getattr(CompetitionClaims, formula)


def _remembered(call: Call) -> Iterator[dict[str, Any]]:
    """The memory of each group of competitors: a value for each, or one that all share."""
    v = call.given["v"]
    post, places = on_a_line(v).shape[1:]
    memory, owners_ = nested(call.part, call.memory, v.shape[1:]), owners(call.part)

    def values(name: str, competitors: list[tuple[int, int]]) -> Any:
        known, owner = memory[name], owners_[name]
        if owner == ONCE:
            return known
        if owner == NEURON:
            return [known[i] for i, _ in competitors]
        return [known[t] if owner == PLACE else known[i][t] for i, t in competitors]

    of_channel = [[(i, t) for t in range(places)] for i in range(post)]
    of_position = [[(i, t) for i in range(post)] for t in range(places)]
    for competitors in of_channel if in_space(call.part) else of_position:
        yield {name: values(name, competitors) for name in owners_}


@check("competition", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    v = float64(case.example.given["v"])
    call = call_of(case.part, v.view((1, 1, 1, -1) if in_space(case.part) else (1, -1)))
    given = case.example.given.get("memory", {})
    memory = {k: float64(given.get(k, t)).view(t.shape) for k, t in call.memory.items()}
    found = replace(call, memory=memory).result()
    case.hold(f"g of {case.part}", found.flatten(), v=v, memory=memory)


@check("competition", "says who won, with drives", lambda subject: DRIVES)
def says_who_won(subject: Subject, drives: str) -> None:
    """`won` marks those with g > 0, which duty cycles and records count; claims state it where losers may have that."""
    claims = (
        subject.claims if isinstance(subject.claims, CompetitionClaims) else CompetitionClaims()
    )

    def hold(call: Call) -> None:
        v, g = call.given["v"], call.result()
        kept = v.clone(), g.clone()
        found = call.part.won(*kept)
        if found.dtype != torch.bool or found.shape != g.shape:
            raise Violation(
                f"{call.part}: won gives {found.dtype} of shape {tuple(found.shape)}; give a bool for each g, "
                f"{tuple(g.shape)}"
            )
        dim = 2 if in_space(call.part) else 1
        rows = (on_a_line(t).movedim(dim, -1).flatten(0, 1) for t in (v, g))
        expected = [
            claims.won(call.part, *pair) for pair in zip(*map(Tensor.tolist, rows), strict=True)
        ]
        groups = on_a_line(found).movedim(dim, -1)
        if groups.flatten(0, 1).tolist() != expected:
            raise Violation(
                f"{call.part}: won marks others than those who have g > 0 and did not lose",
                in_words(v=v, g=g, found=groups.double(), expected=float64(expected)),
            )
        if not all(map(torch.equal, kept, (v, g))):
            raise Violation(f"{call.part}: won changed what it was handed; make a new tensor")

    of_each(calls(subject, drives), hold)


# -- ties, and who competes with whom ----------------------------------------------------------------------------------


@check("competition", "gives ties to the lowest index, with drives", lambda subject: TIED)
def ties_go_to_the_lowest(subject: Subject, drives: str) -> None:
    """Equal drives compete as if each a hair larger than the next, the same everywhere; alike if it `keeps_ties`.

    One that `abstains` is asked of the two largest alone: equals at its threshold are no tie, and of all nobody wins.
    """
    part = subject.part
    if part.keeps_ties:
        of_each(calls(subject, drives), _hold_alike)
    elif part.abstains and drives == "tied":
        of_each(map(_twins, calls(subject)), _hold_first)
    elif part.abstains:
        of_each(calls(subject, drives), _hold_silent)
    else:
        of_each(calls(subject, drives), _hold_first)


def _hold_first(call: Call) -> None:
    """Hold that of equal drives the first competes as if it were the largest."""
    v, g = call.given["v"], call.result()
    expected = replace(call, given={"v": _untied(v, in_space(call.part))}).result()
    if float((g - expected).abs().max()) > _CLOSE:
        raise Violation(
            f"{call.part}: g is another where each drive is a hair larger than the next; "
            "let ties go to the lowest index",
            in_words(v=v, found=g, expected=expected),
        )


def _hold_alike(call: Call) -> None:
    """Hold that competitors with equal drives and memory have equal g."""
    v, g = call.given["v"], call.result()
    dim = 2 if in_space(call.part) else 1
    drives, activities = (on_a_line(t).movedim(dim, -1) for t in (v, g))
    equal = drives.unsqueeze(-1) == drives.unsqueeze(-2)
    apart = (activities.unsqueeze(-1) - activities.unsqueeze(-2)).abs() > _HAIR
    if (equal & apart).any():
        raise Violation(
            f"g of {call.part}: declares keeps_ties, and equal drives have another g",
            in_words(v=v, g=g),
        )


def _hold_silent(call: Call) -> None:
    """Hold that of equal drives none wins, not even one that is alone."""
    g = call.result()
    if (g != 0).any():
        raise Violation(
            f"g of {call.part}: declares abstains, and somebody wins where all drives are alike",
            in_words(v=call.given["v"], g=g),
        )


def _twins(call: Call) -> Call:
    """The same call with no ties but that of the largest drive, which stands first and last of more than two."""
    v = call.given["v"]
    lined = v.flatten(2) if in_space(call.part) and v.dim() > 2 else v
    dim = 1 if lined is v else 2
    if lined.shape[dim] < 3:  # with two they would be all there are, and none would stand out
        return call
    largest, smallest = lined.argmax(dim, keepdim=True), lined.amin(dim, keepdim=True)
    tied, top = lined.scatter(dim, largest, smallest), lined.amax(dim)
    tied.select(dim, 0).copy_(top)
    tied.select(dim, -1).copy_(top)
    return replace(call, given={"v": tied.view(v.shape)})


def _untied(v: Post, in_space: bool) -> Post:
    """The drives, each a hair larger than the next one that it competes with."""
    lined = v.flatten(2) if in_space and v.dim() > 2 else v
    dim = 1 if lined is v else 2
    ranks = torch.arange(lined.shape[dim], dtype=v.dtype)
    return (
        lined - _HAIR * ranks.view([-1 if d == dim else 1 for d in range(v.dim())][: lined.dim()])
    ).view(v.shape)


@check("competition", "treats neurons alike")
def treats_neurons_alike(subject: Subject) -> None:
    """Neurons in another order, their drives untied, give g in that order: no neuron is favoured by its place."""

    def hold(call: Call) -> None:
        v = call.given["v"]
        order = torch.arange(v.shape[1]).roll(1)
        memory = {name: _ordered(call.part, name, t, order) for name, t in call.memory.items()}
        found = replace(call, given={"v": v[:, order]}, memory=memory).result()
        hold_near(f"g of {call.part}, neurons rolled by one", found, call.result()[:, order], v=v)

    of_each(sooner_and_later(subject), hold)


def _ordered(competition: Competition, name: str, memory: Tensor, order: Tensor) -> Tensor:
    """A memory with the neurons in another order."""
    shape = competition.memories()[name].shape
    axes = shape if isinstance(shape, tuple) else (shape,)
    for axis in (n for n, named in enumerate(axes) if named == "post"):
        # "positions" may be several axes, and all that can stand before "post" is counted from the end
        place = axis if "positions" not in axes[:axis] else memory.dim() - len(axes) + axis
        memory = memory.index_select(place, order)
    return memory


@check("competition", "lets each stimulus compete alone")
def stimuli_compete_alone(subject: Subject) -> None:
    """A stimulus gives the same g whatever is presented with it; just where `couples_batch` is declared it does not."""
    coupled_as_declared(subject.part, sooner_and_later(subject))


@check("competition", "lets each group compete alone")
def groups_compete_alone(subject: Subject) -> None:
    """Positions do not influence each other, or channels where positions compete; unless it `couples_positions`."""

    def hold(call: Call) -> None:
        (neurons_alone if in_space(call.part) else positions_alone)(call)

    if subject.part.couples_positions:
        what = f"{subject.kind}: declares couples_positions, and no group"
        some_apart(what, sooner_and_later(subject), hold)
    else:
        of_each(sooner_and_later(subject), hold)


@check("competition", "declares truly whether it is graded")
def graded_truly(subject: Subject) -> None:
    """Several share where drives are close and one has all where they are far apart: just then there is saturation.

    The run's health report warns of it where `graded` is declared. Drives that are as many times as large share alike
    in a competition that is not graded; one that always has a single winner has nothing to share.
    """
    part = subject.part
    shares, takes_all = _sharing(part)
    if part.graded and not shares:
        others = (type(part)(**case) for case in getattr(subject.claims, "cases", ()))
        if shared := next((other for other in others if _sharing(other)[0]), None):
            raise NotApplicable(f"{part} has one neuron take all; it is graded as {shared}")
        raise Violation(
            f"{subject.kind}: declares graded = True, and one neuron has all plasticity activity "
            f"whatever the drives are, from {_APART[0]:g} to {_APART[-1]:g} apart; leave graded out"
        )
    if shares and takes_all and not part.graded:
        raise Violation(
            f"{subject.kind}: several neurons share where drives are {shares:g} apart, and one has all where they "
            f"are {takes_all:g} apart; declare graded = True, so that runs are told when it is saturated"
        )


_APART = tuple(10.0**n for n in range(-6, 7))
"""How far apart drives are, from close to far."""
_SHARERS = (4, 70)
"""Competitors among whom sharing is looked at; the many are for those that refuse the few."""
_ALL = 0.999
"""The share of |g| from which one neuron counts as having all, as in the run's health report."""


def _sharing(competition: Competition) -> tuple[float, float]:
    """How far apart drives are where several share, and farther apart where one has all; 0 where there is no such.

    One has all only where it does with all drives that are farther apart too: a threshold may pass one alone by chance.
    """
    line = _ranked(competition)
    shares = takes_all = 0.0
    for apart in _APART:
        g = call_of(competition, apart * line).result().abs()
        if g.max() < _ALL * g.sum():
            shares, takes_all = shares or apart, 0.0
        elif shares and g.sum() > 0:
            takes_all = takes_all or apart
    return shares, takes_all


def _ranked(competition: Competition) -> Post:
    """Drives 1, 2, 3, ... of one group of competitors; NotApplicable where none is taken."""
    for n in _SHARERS:
        v = torch.arange(1, n + 1, dtype=torch.float64)
        v = v.view(1, 1, 1, -1) if in_space(competition) else v.view(1, -1)
        try:
            competition.check(Fit(tuple(v.shape[1:])))
        except ConfigurationError:
            continue
        return v
    raise NotApplicable(f"{competition} refuses {_SHARERS[0]} competitors, and {_SHARERS[-1]}")


# -- the edges ---------------------------------------------------------------------------------------------------------


@check("competition", "stays finite at very large and very small drives")
def stays_finite(subject: Subject) -> None:
    """Drives of 1e4, of 1e-30 and of nothing, in float32, give no overflow and no division by zero."""

    def hold(call: Call) -> None:
        v = call.given["v"].float()
        for size in (1e4, -1e4, 1e-30, 0.0):
            for drives in (v * size, torch.full_like(v, size), v.sign() * size):
                g = replace(call.of(Tensor.float), given={"v": drives}).result()
                if not g.isfinite().all():
                    raise Violation(
                        f"g of {call.part}: is not finite at drives of {size:g}",
                        in_words(v=drives, g=g),
                    )

    of_each(calls(subject), hold)


@check("competition", "refuses more winners than competitors")
def refuses_too_many(subject: Subject) -> None:
    """A whole number that cannot be met is refused when the layer is built, in `check`; the last that can is not."""
    counts = [n for n, f in type(subject.part).model_fields.items() if f.annotation is int]
    if not counts:
        raise NotApplicable(f"{subject.kind} has no whole number among its parameters")
    for competition in _along_every_axis(subject.part):
        for name in counts:
            for n in (1, _MANY):
                _hold_limit(competition, name, n, alone=len(counts) == 1)


def _hold_limit(competition: Competition, name: str, n: int, alone: bool) -> None:
    """Hold that `name` = n works where n compete, and that n + 1 is refused or has nothing to do with them.

    alone: whether no other parameter can share the limit.
    """
    v = torch.linspace(1.0, 2.0, n, dtype=torch.float64)
    v = v.view(1, 1, 1, n).expand(1, n, 1, n) + v.view(1, n, 1, 1)
    try:
        over = _refused_or_given(_with(competition, **{name: n + 1}), v)
    except ValidationError:
        return
    what = f"{competition}: {name}={n + 1} among {n} competitors"
    if isinstance(over, ConfigurationError):
        below = _at(competition, name, n, v)
        if alone and isinstance(below, ConfigurationError):
            raise Violation(
                f"{competition}: {name}={n} among {n} competitors is refused: {below}; "
                "let `check` refuse only what cannot be met"
            )
        return
    at, under = _at(competition, name, n, v), _at(competition, name, n - 1, v)
    clamped = isinstance(at, Tensor) and torch.equal(over, at)
    matters = isinstance(at, Tensor) and isinstance(under, Tensor) and not torch.equal(at, under)
    if clamped and matters:
        raise Violation(f"{what} passes for {n}; refuse it in `check` with a ConfigurationError")


def _at(competition: Competition, name: str, value: int, v: Post) -> Any:
    """What comes with another value of a parameter; None where the parameter may not have it."""
    try:
        return _refused_or_given(_with(competition, **{name: value}), v)
    except ValidationError:
        return None


def _refused_or_given(competition: Competition, v: Post) -> Any:
    """The g, or the ConfigurationError by which `check` refuses; a Violation where `compete` fails after all."""
    call = call_of(competition, v)
    try:
        competition.check(Fit(tuple(v.shape[1:])))
    except ConfigurationError as refusal:
        return refusal
    try:
        return call.result()
    except Exception as error:
        raise Violation(
            f"{competition}: check lets {v.shape[1]} neurons at {v.shape[3]} positions pass, and compete raises "
            f"{type(error).__name__}: {error}; refuse it in `check` with a ConfigurationError",
            in_words(v=v),
        ) from error

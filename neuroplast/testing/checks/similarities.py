"""What every similarity is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from torch import Tensor

from neuroplast.component import State
from neuroplast.parts.synapse import Geometry
from neuroplast.reference import Reference
from neuroplast.shapes import Post
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.bench import Plain, Setting, geometries, ladder
from neuroplast.testing.calls import Call, of_each, positions_alone, stimuli_alone
from neuroplast.testing.claims import SimilarityClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.numbers import float64, hold_near, in_words, normal
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject


def own_settings() -> Iterator[Setting]:
    """The kit's own geometry, from one synapse up; flat, on a line, on a map."""
    yield from ladder()
    yield Setting(Plain(neurons=3), (4,), 2)
    yield Setting(Plain(neurons=2), (3, 2, 2), 2)


def settings(subject: Subject) -> Iterator[Setting]:
    """The kit's own geometry, then every one that synapses' claims name."""
    yield from own_settings()
    yield from geometries(subject.registry)


def calls(subject: Subject) -> Iterator[Call]:
    """Calls of `drive` on every geometry."""
    for setting in settings(subject):
        yield call_of(subject.part, setting)


def call_of(similarity: Any, setting: Setting, lowering: Geometry | None = None) -> Call:
    """The call of `drive` on one geometry, or on another lowering of it."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        found: Tensor = similarity.drive(lowering or setting.synapse, given["x"], given["w_e"])
        return found

    shape = (setting.batch, *setting.synapse.output_shape(setting.shape))
    given = {"x": setting.x(), "w_e": setting.w()}
    what = f"drive(geometry, x, w_e) on {setting}"
    return Call(similarity, what, ask, given, (shape,), batched=("x",))


manners("similarity", calls)


@check("similarity", "equals its formula, looped", settings)
def equals_its_formula(subject: Subject, setting: Setting) -> None:
    """A loop over stimuli, positions and neurons, through the inputs that each neuron sees, gives the same."""
    claims = stated(subject, SimilarityClaims, "drive")
    call = call_of(subject.part, setting)
    hold_near("u", call.result(), looped(claims, call, setting), **call.given)


def looped(claims: SimilarityClaims, call: Call, setting: Setting) -> Post:
    """The drive by the claimed formula for one neuron and what it sees."""
    seen = setting.synapse.patches(call.given["x"]).tolist()
    w = call.given["w_e"].flatten(1).tolist()
    n, kernel = len(w), tuple(call.given["w_e"].shape[1:])
    rows = [
        [
            [
                claims.drive_of(call.part, place[i * len(place) // n], w[i], kernel)
                for place in stimulus
            ]
            for i in range(n)
        ]
        for stimulus in seen
    ]
    u, shape = float64(rows), call.shapes[0]
    if n != shape[1]:  # a row a position, position by position
        u = u.view(len(u), -1, shape[1]).mT
    return u.reshape(shape)


@check("similarity", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    x, w = (float64([case.example.given[k]]) for k in "xw")
    found = case.part.drive(Plain(neurons=1), x, w)
    case.hold(f"u of {case.part}", found[0, 0], x=x, w=w)


@check("similarity", "gives on the reference lowering what it gives on the fast one", settings)
def equals_on_the_reference(subject: Subject, setting: Setting) -> None:
    """A similarity is built from the geometry's drive, so that it works on every lowering."""
    call = call_of(subject.part, setting)
    slow = call_of(subject.part, setting, Reference(setting.synapse))
    hold_near("u", call.result(), slow.result(), **call.given)


@check("similarity", "drives each stimulus, position and neuron alone")
def drives_alone(subject: Subject) -> None:
    """A drive depends on what one neuron sees, and on that neuron's own weights."""
    of_each(calls(subject), stimuli_alone)
    for setting in own_settings():
        call = call_of(subject.part, setting)
        positions_alone(call, "x")
        _neurons_alone(call)


def _neurons_alone(call: Call) -> None:
    whole, w = call.result(), call.given["w_e"]
    for i in range(len(w)):
        other = 3 * normal(*w.shape, seed=99)
        other[i] = w[i]
        found = replace(call, given={**call.given, "w_e": other}).result()
        what = f"{call.what}: neuron {i} with other weights of the others"
        hold_near(what, found[:, i], whole[:, i], **call.given)


@check("similarity", "stays finite without input and without weights")
def stays_finite(subject: Subject) -> None:
    """A black image, or a neuron without weights, gives a number."""
    for call in calls(subject):
        for silent in (("x",), ("w_e",), ("x", "w_e")):
            given = {k: t * 0 if k in silent else t for k, t in call.given.items()}
            u = replace(call, given=given).result()
            if not u.isfinite().all():
                raise Violation(
                    f"{call.what}: is not finite where all of {' and '.join(silent)} is zero",
                    in_words(**given, u=u),
                )

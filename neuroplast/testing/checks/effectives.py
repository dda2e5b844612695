"""What every effective is held to."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from neuroplast.component import State
from neuroplast.shapes import Shape
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.calls import Call, of_each
from neuroplast.testing.claims import EffectiveClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.numbers import float64, hold_near, in_words, normal
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits

_DENSE: tuple[Shape, ...] = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 4), (5, 3))
_SHAPES: tuple[Shape, ...] = (*_DENSE, (3, 2, 3, 3))


def calls(subject: Subject, shapes: tuple[Shape, ...] = _SHAPES) -> Iterator[Call]:
    """Calls of `effective` on weights from one synapse up, of both signs, then all negative."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        found: Tensor = subject.part.effective(given["w"])
        return found

    for shape in shapes:
        w = normal(*shape, seed=len(shape))
        for weights in (w, -w.abs()):
            yield Call(subject.part, "effective(w)", ask, {"w": weights}, (shape,))


manners("effective", calls)


@check("effective", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """The claimed formula gives the same on dense weights."""
    claims = stated(subject, EffectiveClaims, "effective")

    def hold(call: Call) -> None:
        w = call.given["w"]
        hold_near("w_e", call.result(), claims.effective(subject.part, w.tolist()), w=w)

    of_each(calls(subject, _DENSE), hold)


@check("effective", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    w = float64(case.example.given["w"])
    case.hold(f"w_e of {case.part}", case.part.effective(w), w=w)


@check("effective", "keeps the signs of weights, or says that it does not")
def keeps_signs_as_declared(subject: Subject) -> None:
    """Dale's principle is about what weights do; it must know where the drive does not see their signs."""
    for call in calls(subject):
        w, w_e = call.given["w"], call.result()
        if subject.part.keeps_signs and bool((w * w_e < 0).any()):
            raise Violation(
                f"{subject.kind}: gave a weight the other sign; declare keeps_signs = False",
                in_words(w=w, w_e=w_e),
            )


@check("effective", "gives w itself, or a new tensor")
def itself_or_new(subject: Subject) -> None:
    """Where nothing changes no copy is made, and what is changed shares no memory with the weights that learn."""
    equal = copied = False
    for call in calls(subject):
        w = call.copies()["w"]
        w_e = subject.part.effective(w)
        if w_e is w:
            continue
        if w_e.untyped_storage().data_ptr() == w.untyped_storage().data_ptr():
            raise Violation(
                f"{subject.kind}: w_e is another tensor on the memory of w; give w itself, or a new one",
                in_words(w=w, w_e=w_e),
            )
        copied = True
        equal = same_bits(w, w_e)
        if not equal:
            return
    if copied and equal:
        raise Violation(f"{subject.kind}: w_e is a copy of w, always equal to it; give w itself")

"""What claims state of a part: the formula to hold it to, numbers worked by hand, and inputs to try it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from torch import Tensor

from neuroplast.shapes import Shape
from neuroplast.tables import nearest
from neuroplast.testing.asking import NotApplicable, Violation
from neuroplast.testing.claims import Claims, Example, SynapseClaims
from neuroplast.testing.forms import form
from neuroplast.testing.numbers import BY_HAND, hold_near
from neuroplast.testing.subject import Subject

AnyClaims = TypeVar("AnyClaims", bound=Claims)


def stated(subject: Subject, claims: type[AnyClaims], formula: str) -> AnyClaims:
    """The subject's claims, which state `formula`; NotApplicable where they do not."""
    found = subject.claims
    if not isinstance(found, claims) or getattr(type(found), formula) is getattr(claims, formula):
        raise NotApplicable(f"no claims say what {subject.kind} does; state its formula")
    if formula in form(subject.family).formulas:
        found = copy(found)
        setattr(found, formula, partial(_answered, formula, getattr(found, formula)))
    return found


def _answered(formula: str, ask: Callable[..., Any], *given: Any) -> Any:
    """What a formula says; a Violation, which the part is not to blame for, where it forgets to return it."""
    found = ask(*given)
    if found is None:
        raise Violation(f"its claims: {formula} returned None; return what it states")
    return found


def own_memory(part: Any, what: str, claimed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The memory that claims state; a Violation, which the part is not to blame for, for names that it lacks."""
    for name in claimed.keys() - part.memories().keys():
        advice = nearest(name, part.memories())
        raise Violation(f"its claims: {what} names {name!r}, no memory of {part.kind}; {advice}")
    return claimed


def own_shapes(subject: Subject) -> list[Shape]:
    """The inputs that claims of a synapse name for these parameters."""
    claims = subject.claims
    if not isinstance(claims, SynapseClaims):
        return []
    pairs = zip(claims.cases, claims.shapes, strict=True)
    return [shape for case, shape in pairs if dict(case) == subject.parameters]


@dataclass(frozen=True)
class Worked:
    """An example worked by hand, and the part it is about."""

    number: int
    example: Example
    part: Any

    def __str__(self) -> str:
        """As in the name of a check."""
        return str(self.number)

    def hold(self, what: str, found: Tensor, /, *, name: str = "", **shown: Any) -> None:
        """Raise a Violation where `found` is not what the example expects.

        name: which of several that it expects. shown: what the example consists of.
        """
        note = {"note": self.example.note} if self.example.note else {}
        expected = self.example.expected[name] if name else self.example.expected
        hold_near(what, found, expected, BY_HAND, **note, **shown)


def worked(subject: Subject) -> Iterator[Worked]:
    """The examples in the claims; asked of the first case alone, since each names its own parameters."""
    examples = getattr(subject.claims, "examples", ())
    if not examples or subject.parameters != dict(subject.claims.cases[0]):
        return
    for number, example in enumerate(examples, start=1):
        parameters = subject.claims.cases[0] if example.parameters is None else example.parameters
        yield Worked(number, example, type(subject.part)(**parameters))

"""What claims state of a part: the formula to hold it to, numbers worked by hand, and inputs to try it on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from neuroplast.shapes import Shape
from neuroplast.testing.asking import NotApplicable
from neuroplast.testing.claims import Claims, Example, SynapseClaims
from neuroplast.testing.subject import Subject

AnyClaims = TypeVar("AnyClaims", bound=Claims)


def stated(subject: Subject, claims: type[AnyClaims], formula: str) -> AnyClaims:
    """The subject's claims, which state `formula`; NotApplicable where they do not."""
    found = subject.claims
    if not isinstance(found, claims) or getattr(type(found), formula) is getattr(claims, formula):
        raise NotApplicable(f"no claims say what {subject.kind} does; state its formula")
    return found


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


def worked(subject: Subject) -> Iterator[Worked]:
    """The examples in the claims; asked of the first case alone, since each names its own parameters."""
    examples = getattr(subject.claims, "examples", ())
    if not examples or subject.parameters != dict(subject.claims.cases[0]):
        return
    for number, example in enumerate(examples, start=1):
        parameters = subject.claims.cases[0] if example.parameters is None else example.parameters
        yield Worked(number, example, type(subject.part)(**parameters))

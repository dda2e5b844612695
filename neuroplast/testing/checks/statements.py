"""What claims state of a part in words and code: a fixed point, a limit, an identity."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from neuroplast.testing.asking import ANY, NotApplicable, Violation, check
from neuroplast.testing.subject import Subject


@dataclass(frozen=True)
class Statement:
    """One method of claims that is marked with `holds`."""

    words: str
    method: Callable[[Any], Any]

    def __str__(self) -> str:
        """The first line of its docstring; its name where it has none."""
        return self.words


def statements(subject: Subject) -> Iterator[Statement]:
    """Every statement of a subject's claims, in the order in which they are written."""
    claims = type(subject.claims)
    names = [name for base in reversed(claims.__mro__) for name in vars(base)]
    for name in dict.fromkeys(names):
        method = inspect.getattr_static(claims, name)
        if getattr(method, "__neuroplast_holds__", False):
            words = (inspect.getdoc(method) or name).splitlines()[0]
            yield Statement(words, getattr(subject.claims, name))


@check(ANY, "holds", statements)
def holds(subject: Subject, statement: Statement) -> None:
    """An equation has consequences that can be stated without it; a part that has the one has the others."""
    try:
        statement.method(subject.part)
    except (Violation, NotApplicable):
        raise
    except AssertionError as error:
        told = " ".join(str(error).split())
        part = f"{subject.kind}({subject.case})" if subject.case else subject.kind
        raise Violation(f"{part}: does not hold: {statement}", told) from error

"""Which questions are asked of a part: each check that applies, for each case of its claims, in each setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from neuroplast.component import Component
from neuroplast.registry import Registry
from neuroplast.testing.asking import ANY, Check, NotApplicable, Violation, all_checks
from neuroplast.testing.faults import faults
from neuroplast.testing.subject import Subject

_CLAIMED = "has claims that can be read"
_MADE = "is made with the parameters to check it with"


def questions(
    part: type[Component], registry: Registry, only: str = ""
) -> Iterator[tuple[Subject, str, Callable[[], None]]]:
    """Every question to ask of a part: the subject, the full name of the check, and the call that answers.

    only: a piece of the names of the checks to ask. What goes wrong while questions are made is a question that fails.
    """
    asked = [c for c in all_checks() if c.family in (ANY, part.family)]
    asked.sort(key=lambda c: (c.family == ANY, c.variations is not None))  # the plainest first
    claims = registry.claims(part.family, part.kind)
    if wrong := _wrong_claims(part, claims, asked):
        yield Subject(part, {}, claims, registry), _CLAIMED, _raising(wrong)
        return
    for parameters in claims.cases if claims else ({},):
        subject, error = _made(part, parameters, claims, registry)
        if error is not None:
            yield subject, _MADE, _raising(error)
            continue
        for check in asked:
            for name, ask in _of(check, subject):
                if only in name:
                    yield subject, name, ask


def _wrong_claims(part: type[Component], claims: Any, asked: Iterable[Check]) -> Violation | None:
    """What is wrong with claims themselves, so that nothing can be held to them; told all at once."""
    if claims is None:
        return None
    found = faults(part, claims, (check.name for check in asked))
    return Violation("\n".join(found)) if found else None


def _made(
    part: type[Component], parameters: Mapping[str, Any], claims: Any, registry: Registry
) -> tuple[Subject, BaseException | None]:
    """A subject with an instance; where that cannot be made, one with the class, and why."""
    try:
        return Subject(part(**parameters), dict(parameters), claims, registry), None
    except Exception as error:
        reason: BaseException = error
    if claims is None and any(field.is_required() for field in part.model_fields.values()):
        reason = NotApplicable(
            f"{part.kind} cannot be made without parameters; name some as `cases` of its claims"
        )
    return Subject(part, dict(parameters), claims, registry), reason


def _of(check: Check, subject: Subject) -> Iterator[tuple[str, Callable[[], None]]]:
    """The questions of one check; where its variations cannot be listed, one that says so."""
    try:
        yield from check.of(subject)
    except Exception as error:
        yield check.name, _raising(error)


def _raising(error: BaseException) -> Callable[[], None]:
    def ask() -> None:
        raise error

    return ask

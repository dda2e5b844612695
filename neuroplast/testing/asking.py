"""Checks: what one is, and what comes of running it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from neuroplast.testing.subject import Subject

ANY = "any"
"""The family of checks that every part goes through."""


class Violation(AssertionError):
    """A part does not do what is claimed. `example` is the smallest that was found, in words."""

    def __init__(self, message: str, example: str = "") -> None:
        super().__init__(message)
        self.example = example


class NotApplicable(Exception):
    """A check has nothing to check here; the reason is told."""


@dataclass(frozen=True)
class Check:
    """One question asked of every part of a family, or of every part.

    name: what must hold, in words, as it is printed: "equals its formula in a loop".
    variations: names of the settings it is asked in, such as the geometries; asked once for each.
    """

    family: str
    name: str
    ask: Callable[..., None]
    variations: Callable[[Subject], Iterable[Any]] | None = None
    about: str = ""

    def of(self, subject: Subject) -> Iterator[tuple[str, Callable[[], None]]]:
        """Every question for one subject: its full name, and the call that raises where the answer is no."""
        if self.variations is None:
            yield self.name, lambda: self.ask(subject)
            return
        for variation in self.variations(subject):
            yield f"{self.name} [{variation}]", lambda v=variation: self.ask(subject, v)  # type: ignore[misc]


_checks: list[Check] = []


def check(
    family: str,
    name: str,
    variations: Callable[[Subject], Iterable[Any]] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a check: it takes a Subject (and a variation) and raises Violation or NotApplicable.

    Its docstring says why the question is asked; `docs/conformance.md` prints it.
    """

    def register(ask: Callable[..., None]) -> Callable[..., None]:
        _checks.append(Check(family, name, ask, variations, (ask.__doc__ or "").strip()))
        return ask

    return register


def all_checks() -> list[Check]:
    """All checks there are, in the order in which they are asked."""
    import neuroplast.testing.checks as package

    package.load()
    return sorted(_checks, key=lambda made: package.place(made.ask.__module__))


RESULTS = ("passed", "failed", "skipped", "excepted")
"""What can come of a check; "excepted" is a known exception that failed."""


@dataclass(frozen=True)
class Outcome:
    """What came of one check.

    result: one of RESULTS. message: why it failed or was skipped. example: the smallest one found.
    trace: of an unexpected error.
    """

    family: str
    part: str
    case: str
    check: str
    result: str
    message: str = ""
    example: str = ""
    trace: str = field(default="", repr=False)
    seconds: float = 0.0

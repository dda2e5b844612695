"""Runs every check that applies to a part, and says what came of each."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from neuroplast import registry as registries
from neuroplast.component import Component
from neuroplast.registry import Registry
from neuroplast.testing.check import ANY, Check, NotApplicable, Outcome, Violation, checks
from neuroplast.testing.subject import Subject, subjects


@dataclass(frozen=True)
class Report:
    """What came of all checks of some parts."""

    outcomes: Sequence[Outcome]

    def __bool__(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def failures(self) -> list[Outcome]:
        """The checks that failed."""
        return [o for o in self.outcomes if o.result == "failed"]

    def counts(self) -> dict[str, int]:
        """How many checks passed, failed, were skipped, or are known exceptions."""
        found = Counter(o.result for o in self.outcomes)
        return {result: found[result] for result in ("passed", "failed", "skipped", "excepted")}


def check_part(part: type[Component], registry: Registry | None = None) -> Report:
    """Run every check that applies to one part."""
    return Report(list(outcomes(part, registry or registries.current())))


def check_parts(parts: Iterable[type[Component]], registry: Registry | None = None) -> Report:
    """Run every check that applies to each of these parts."""
    known = registry or registries.current()
    return Report([o for part in parts for o in outcomes(part, known)])


def questions(
    part: type[Component], registry: Registry
) -> Iterator[tuple[Subject, Check, str, Callable[[], None]]]:
    """Every question to ask of a part: the subject, the check, its full name, and the call that answers."""
    asked = [c for c in checks() if c.family in (ANY, part.family)]
    for subject in subjects(registry, part):
        for check in asked:
            for name, ask in check.of(subject):
                yield subject, check, name, ask


def outcomes(part: type[Component], registry: Registry) -> Iterator[Outcome]:
    """What comes of every check of a part, one after the other."""
    for subject, _, name, ask in questions(part, registry):
        yield answer(subject, name, ask)


def answer(subject: Subject, name: str, ask: Callable[[], None]) -> Outcome:
    """Ask one question, and hold the answer against the list of known exceptions."""
    started = time.perf_counter()
    result, message, example, trace = _asked(ask)
    if reason := _exception(subject, name):
        if result == "failed":
            result, message = "excepted", f"{reason} ({message})"
        elif result == "passed":
            result = "failed"
            message = f"was expected to fail ({reason}), and passes; take it off the exceptions"
    seconds = time.perf_counter() - started
    return Outcome(
        subject.family, subject.kind, subject.case, name, result, message, example, trace, seconds
    )


def _asked(ask: Callable[[], None]) -> tuple[str, str, str, str]:
    """Result, message, example and traceback."""
    try:
        ask()
    except NotApplicable as reason:
        return "skipped", str(reason), "", ""
    except Violation as violation:
        return "failed", str(violation), violation.example, ""
    except Exception as error:
        return "failed", f"raised {type(error).__name__}: {error}", "", traceback.format_exc()
    return "passed", "", "", ""


def _exception(subject: Subject, name: str) -> str | None:
    """Why a check is known to fail, named with its variation or without."""
    known = subject.claims.exceptions if subject.claims else {}
    return known.get(name) or known.get(name.partition(" [")[0])

"""Runs every check that applies to a part, and says what came of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from neuroplast import registry as registries
from neuroplast.component import Component
from neuroplast.registry import Registry
from neuroplast.testing import process, unexpected
from neuroplast.testing.asking import RESULTS, NotApplicable, Outcome, Violation
from neuroplast.testing.questions import questions
from neuroplast.testing.subject import Subject
from neuroplast.testing.table import summary


@dataclass(frozen=True)
class Report:
    """What came of all checks of some parts. Printed, it names each part, then each failure."""

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
        return {result: found[result] for result in RESULTS}

    def __str__(self) -> str:
        """Counts by part, then what failed."""
        return summary(self.outcomes)


def check_part(part: type[Component], registry: Registry | None = None, only: str = "") -> Report:
    """Run every check that applies to one part, or those with `only` in their names."""
    return check_parts([part], registry, only)


def check_parts(
    parts: Iterable[type[Component]], registry: Registry | None = None, only: str = ""
) -> Report:
    """Run every check that applies to each of these parts."""
    known = registry or registries.current()
    return Report([o for part in parts for o in outcomes(part, known, only)])


def outcomes(part: type[Component], registry: Registry, only: str = "") -> Iterator[Outcome]:
    """What comes of every check of a part, one after the other."""
    for subject, name, ask in questions(part, registry, only):
        yield answer(subject, name, ask)


def answer(subject: Subject, name: str, ask: Callable[[], None]) -> Outcome:
    """Ask one question, and hold the answer against the list of known exceptions."""
    started = time.perf_counter()
    result, message, example, trace = _asked(ask, subject)
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


def _asked(ask: Callable[[], None], subject: Subject) -> tuple[str, str, str, str]:
    """Result, message, example and traceback."""
    try:
        with process.kept():
            ask()
    except NotApplicable as reason:
        return "skipped", str(reason), "", ""
    except Violation as violation:
        cause = violation.__cause__
        where = unexpected.trace(cause) if cause else ""
        return "failed", str(violation), violation.example, where
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())
        who = unexpected.speaker(error, subject.claims)
        raised = f"{who}raised {type(error).__name__}: {message}"
        where = unexpected.trace(error) or unexpected.call(error)
        return "failed", raised, unexpected.example(error), where
    return "passed", "", "", ""


def _exception(subject: Subject, name: str) -> str | None:
    """Why a check is known to fail, named with its variation or without."""
    known = subject.claims.exceptions if subject.claims else {}
    return known.get(name) or known.get(name.partition(" [")[0])

"""The conformance kit as tests of pytest, one for each check. Nothing of it runs unless a test file asks.

from neuroplast.testing.pytest_plugin import conformance

test_conformance = conformance("my_plugin")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from neuroplast import registry
from neuroplast.errors import ConfigurationError
from neuroplast.testing.chosen import chosen
from neuroplast.testing.kit import answer
from neuroplast.testing.questions import questions
from neuroplast.testing.subject import Subject
from neuroplast.testing.table import in_full

__all__ = ["conformance"]

Ask = Callable[[], None]


def conformance(*names: str, only: str = "") -> Callable[[Ask], None]:
    """A test function that pytest runs once for each check of the parts named.

    names: of plugins (all their parts), of parts (`rule:my_rule`, or `my_rule`), or paths of local files.
    only: a piece of the names of the checks to run; all by default.
    A skipped check is a skipped test, a known exception an expected failure, both with their reason.
    """
    tests = [pytest.param(ask, id=name) for given in names for name, ask in _tests(given, only)]
    if not tests:
        raise ConfigurationError(
            f"conformance({', '.join(map(repr, names))}): found no check to run; name a plugin or a part"
        )

    @pytest.mark.parametrize("ask", tests)
    def test(ask: Ask) -> None:
        __tracebackhide__ = True
        ask()

    return test


def _tests(name: str, only: str) -> Iterator[tuple[str, Ask]]:
    """The id of each test with its call; a plugin that did not load is a test that fails."""
    known = registry.current()
    found = chosen(name, known)
    for line in found.broken:
        yield f"{name}: loads", partial(pytest.fail, line, pytrace=False)
    for entry in found.entries:
        for subject, check, ask in questions(entry.part, known, only):
            case = f" with {subject.case}" if subject.case else ""
            label = f"{subject.family}:{subject.kind}{case}: {check}"
            yield label, partial(_hold, entry.plugin.name, subject, check, ask)


def _hold(plugin: str, subject: Subject, check: str, ask: Ask) -> None:
    """Ask, and tell pytest in its own words."""
    __tracebackhide__ = True
    outcome = answer(subject, check, ask)
    if outcome.result == "failed":
        pytest.fail(in_full(outcome, plugin), pytrace=False)
    if outcome.result == "skipped":
        pytest.skip(outcome.message)
    if outcome.result == "excepted":
        pytest.xfail(outcome.message)

"""Asking single checks of the conformance kit about doubles."""

import pytest

from neuroplast.registry import Registry
from neuroplast.testing import NotApplicable, Subject, Violation
from neuroplast.testing.asking import all_checks


def asked(part, name, claims=None, registry=None, family=None):
    """Every question that a check asks of a part; at least one."""
    subject = Subject(part, {}, claims, registry or Registry())
    family = family or part.family
    (check,) = [c for c in all_checks() if c.family == family and c.name == name]
    questions = list(check.of(subject))
    assert questions, f"{name} asks nothing of {part}"
    return [ask for _, ask in questions]


def hold(part, name, claims=None, **given):
    """A check finds nothing wrong with a part."""
    for ask in asked(part, name, claims, **given):
        ask()


def catch(part, name, claims=None, **given):
    """A check finds something wrong with a part; what it says."""
    with pytest.raises(Violation) as caught:
        hold(part, name, claims, **given)
    return f"{caught.value}\n{caught.value.example}"


def skip(part, name, claims=None, **given):
    """A check has nothing to ask of a part; why."""
    with pytest.raises(NotApplicable) as reason:
        hold(part, name, claims, **given)
    return str(reason.value)


def hold_all(part, of, claims=None, but=(), **given):
    """Every check of the file `checks/<of>.py` finds nothing wrong, and none but those named is skipped."""
    module = f"neuroplast.testing.checks.{of}"
    names = [c.name for c in all_checks() if c.family == part.family and c.ask.__module__ == module]
    assert names, f"{module} asks nothing of a {part.family}"
    for name in set(names) - set(but):
        hold(part, name, claims, **given)

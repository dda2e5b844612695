"""Checks: registered under their names, asked once or once for each setting."""

import sys

import pytest
from support.doubles import Growth

from neuroplast.kinds import KINDS
from neuroplast.registry import Registry
from neuroplast.testing import Subject, all_checks, check
from neuroplast.testing.asking import ANY

SUBJECT = Subject(Growth(), {}, None, Registry())


@pytest.fixture
def none_known(monkeypatch):
    """No checks but those that the test makes."""
    all_checks()
    monkeypatch.setattr(sys.modules["neuroplast.testing.asking"], "_checks", [])


@pytest.mark.usefixtures("none_known")
def test_a_check_is_asked_once_of_its_subject():
    asked = []

    @check("rule", "is asked")
    def ask(subject):
        """Why."""
        asked.append(subject)

    (made,) = all_checks()
    assert (made.family, made.name, made.about) == ("rule", "is asked", "Why.")
    ((name, call),) = made.of(SUBJECT)
    assert (name, asked) == ("is asked", [])
    call()
    assert asked == [SUBJECT]


@pytest.mark.usefixtures("none_known")
def test_a_check_with_settings_is_asked_for_each():
    asked = []
    check("rule", "is asked", lambda subject: [subject.kind, 2])(lambda s, n: asked.append(n))
    (made,) = all_checks()
    questions = dict(made.of(SUBJECT))
    assert list(questions) == ["is asked [growth]", "is asked [2]"]
    for call in questions.values():
        call()
    assert asked == ["growth", 2]


def test_every_check_has_a_family_a_reason_and_a_name_of_its_own():
    for made in all_checks():
        assert made.family in {*KINDS, ANY}
        assert made.about, f"{made.name}: no docstring says why"
    names = [(made.family, made.name) for made in all_checks()]
    assert len(set(names)) == len(names)


def test_those_that_look_at_whole_layers_come_last():
    files = [made.ask.__module__.rpartition(".")[2] for made in all_checks()]
    assert files.index("learning") > files.index("rules")

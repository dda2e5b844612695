"""Statements in claims, asked of any part."""

import pytest
from support.rules_in_kit import Double, DoubleClaims

from neuroplast.registry import Registry
from neuroplast.testing import Subject, Violation, holds
from neuroplast.testing.asking import ANY, all_checks


class Stating(DoubleClaims):
    """Two statements; anything else is none."""

    @holds
    def true(self, rule):
        """Every rule has a kind.

        More is not in the name.
        """
        assert rule.kind == "double"

    @holds
    def false(self, rule):
        """No rule has a kind."""
        assert rule.kind == "", f"it is {rule.kind!r}"

    @holds
    def nameless(self, rule):
        raise AssertionError

    def helper(self, rule):
        """Not a statement."""
        raise AssertionError


def questions(claims, **parameters):
    (check,) = [c for c in all_checks() if c.family == ANY and c.name == "holds"]
    return dict(check.of(Subject(Double(), parameters, claims, Registry())))


def test_there_is_a_question_for_each_statement_in_order():
    assert list(questions(Stating())) == [
        "holds [Every rule has a kind.]",
        "holds [No rule has a kind.]",
        "holds [nameless]",
    ]
    assert not questions(None)
    assert not questions(DoubleClaims())


def test_a_statement_that_holds_is_silent():
    questions(Stating())["holds [Every rule has a kind.]"]()


def test_a_statement_that_does_not_hold_is_told_with_part_and_parameters():
    with pytest.raises(Violation) as caught:
        questions(Stating(), k=3)["holds [No rule has a kind.]"]()
    assert str(caught.value) == "double(k=3): does not hold: No rule has a kind."
    assert "it is 'double'" in caught.value.example


def test_statements_are_inherited_and_may_be_overridden():
    class Milder(Stating):
        @holds
        def false(self, rule):
            """A rule has a kind after all."""

    named = questions(Milder())
    assert list(named)[1] == "holds [A rule has a kind after all.]"
    named["holds [A rule has a kind after all.]"]()


def test_an_error_in_a_statement_is_no_verdict_on_the_part():
    class Broken(DoubleClaims):
        @holds
        def raises(self, rule):
            """It cannot be asked."""
            raise KeyError("nothing")

    with pytest.raises(KeyError):
        questions(Broken())["holds [It cannot be asked.]"]()

"""Running checks: every result that one can have, and what is told of it."""

import sys

import pytest
import torch
from support.growths import (
    FORMULA,
    Claimed,
    GrowthClaims,
    Known,
    Mended,
    Needy,
    Raising,
    Sound,
    Wrong,
    growths,
)

from neuroplast.testing import NotApplicable, Violation, all_checks, check, check_part, check_parts
from neuroplast.testing.questions import questions


@pytest.fixture
def known():
    return growths()


def outcome(part, known):
    (found,) = check_part(part, known, only=FORMULA).outcomes
    return found


@pytest.mark.parametrize(
    ("part", "result", "told"),
    [
        (Sound, "skipped", "no claims say what unclaimed does"),
        (Wrong, "failed", "dw: off by 2 of the largest expected value"),
        (Known, "excepted", "shrinks on purpose (known: dw: off by 2"),
        (Mended, "failed", "was expected to fail (shrinks on purpose), and passes; take it off"),
        (Raising, "failed", "raised KeyError: 'lost'"),
    ],
)
def test_each_result_with_its_message(known, part, result, told):
    found = outcome(part, known)
    assert (found.family, found.part, found.case) == ("rule", part.kind, "")
    assert found.check == FORMULA
    assert found.result == result
    assert told in found.message


def test_each_case_of_the_claims_is_checked(known):
    report = check_part(Claimed, known, only=FORMULA)
    assert [(o.case, o.result) for o in report.outcomes] == [("", "passed"), ("gain=2.0", "passed")]


def test_a_failure_has_the_smallest_example(known):
    """One stimulus, input, neuron and position: found is -g x, expected g x."""
    lines = dict(line.split(" = ") for line in outcome(Wrong, known).example.splitlines())
    x, g = float(lines["x"].strip("[]")), float(lines["g"].strip("[]"))
    assert float(lines["found"].strip("[]")) == pytest.approx(-g * x, rel=1e-4)
    assert float(lines["expected"].strip("[]")) == pytest.approx(g * x, rel=1e-4)


def test_an_unexpected_error_has_its_place_and_what_the_part_was_given(known):
    found = outcome(Raising, known)
    assert 'raise KeyError("lost")' in found.trace
    assert "neuroplast/testing" not in found.trace
    assert "g = [[[" in found.example


def test_a_part_that_cannot_be_made_is_skipped_where_nobody_says_how(known):
    (found,) = check_part(Needy, known).outcomes
    assert found.result == "skipped"
    assert "name some as `cases` of its claims" in found.message


def test_a_part_that_its_claims_cannot_make_fails(known):
    class Odd(Claimed):
        kind = "claimed"
        gain: str = "one"

    (found,) = check_part(Odd, known).outcomes
    assert found.check == "has claims that can be read"
    assert found.result == "failed"
    assert found.message == "case 2, {'gain': 2.0}: gain: found 2.0; should be a valid string"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("cases", {"gain": 2.0}, "cases is {'gain': 2.0}; make it a tuple of tables of parameters"),
        ("cases", (), "cases is (); make it a tuple of tables of parameters"),
        ("cases", ("gain",), "make it a tuple of tables of parameters"),
        (
            "exceptions",
            {"equals its formula, lopped": "a slip"},
            "exceptions names 'equals its formula, lopped', which is no check of this part; "
            "did you mean 'equals its formula, looped'?",
        ),
    ],
)
def test_claims_that_cannot_be_read_are_told(known, monkeypatch, name, value, told):
    monkeypatch.setattr(GrowthClaims, name, value)
    (found,) = check_part(Wrong, known, only=FORMULA).outcomes
    assert found.check == "has claims that can be read"
    assert found.result == "failed"
    assert told in found.message


def test_an_exception_may_name_one_setting(known, monkeypatch):
    names = {"equals its formula on the geometry [nowhere]": "one of many"}
    monkeypatch.setattr(GrowthClaims, "exceptions", names)
    assert outcome(Wrong, known).result == "failed"


def test_all_that_can_go_wrong_while_asking_becomes_an_outcome(known, monkeypatch):
    """Also the end of the program, and settings that cannot be listed."""
    all_checks()
    monkeypatch.setattr(sys.modules["neuroplast.testing.asking"], "_checks", [])

    def refusing(error):
        def ask(subject, setting=None):
            raise error

        return ask

    check("rule", "leaves")(refusing(SystemExit(0)))
    check("rule", "breaks")(refusing(ValueError("two\n   lines")))
    check("rule", "does not apply")(refusing(NotApplicable("nothing here")))
    check("rule", "has no settings", refusing(Violation("none")))(refusing(None))
    check("any", "is of every family")(lambda subject: None)
    check("competition", "is of another family")(refusing(ValueError))
    found = {o.check: (o.result, o.message) for o in check_part(Sound, known).outcomes}
    assert found == {
        "leaves": ("failed", "raised SystemExit: 0"),
        "breaks": ("failed", "raised ValueError: two lines"),
        "does not apply": ("skipped", "nothing here"),
        "has no settings": ("failed", "none"),
        "is of every family": ("passed", ""),
    }


def test_what_a_part_sets_does_not_reach_the_next(known, monkeypatch):
    def sets(self, view):
        torch.set_default_dtype(torch.float64)
        return view.outer(view.g)

    monkeypatch.setattr(Sound, "delta", sets)
    check_part(Sound, known, only=FORMULA)
    check_part(Sound, known, only="keeps nothing between calls")
    assert torch.get_default_dtype() == torch.float32


def test_an_interruption_is_no_failure(known, monkeypatch):
    def interrupted(self, view):
        raise KeyboardInterrupt

    monkeypatch.setattr(Sound, "delta", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check_part(Sound, known)


def test_a_report_counts_and_is_true_where_nothing_failed(known):
    parts = [Sound, Claimed, Known]
    report = check_parts(parts, known, only=FORMULA)
    assert report
    assert report.counts() == {"passed": 2, "failed": 0, "skipped": 1, "excepted": 1}
    report = check_parts([*parts, Wrong], known, only=FORMULA)
    assert not report
    assert [o.part for o in report.failures] == ["wrong"]
    assert f"rule:wrong: {FORMULA}\n  wrong: dw: off by 2" in str(report)


def test_the_checks_of_the_family_come_first(known):
    of_every_part = {check.name for check in all_checks() if check.family == "any"}
    any_part = [name.partition(" [")[0] in of_every_part for _, name, _ in questions(Wrong, known)]
    assert (any_part[0], any_part[-1]) == (False, True)
    assert any_part == sorted(any_part)

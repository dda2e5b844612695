"""Outcomes in words."""

from neuroplast.testing.asking import Outcome
from neuroplast.testing.table import failures, in_full, reasons, rows, summary, title, totals


def outcome(result, check="holds", part="mine", message="", **more):
    return Outcome("rule", part, more.pop("case", ""), check, result, message, **more)


def test_rows_count_by_part_and_name_those_without_checks():
    found = [outcome("passed"), outcome("failed"), outcome("skipped", part="other")]
    found += [outcome("excepted"), outcome("passed")]
    assert rows(found, ["rule:none", "rule:mine"]) == [
        ("rule:none", 0, 0, 0, 0, 0),
        ("rule:mine", 4, 2, 1, 0, 1),
        ("rule:other", 1, 0, 0, 1, 0),
    ]
    line = "2 parts, 5 checks: 2 passed, 1 failed, 1 skipped, 1 excepted"
    assert totals(found, 2) == line
    assert totals(found[:1], 1) == "1 part, 1 check: 1 passed, 0 failed, 0 skipped, 0 excepted"


def test_a_title_says_which_part_plugin_parameters_and_check():
    assert title(outcome("failed")) == "rule:mine: holds"
    assert (
        title(outcome("failed", case="k=3"), "pack") == "rule:mine of plugin pack with k=3: holds"
    )


def test_in_full():
    found = outcome("failed", message="off by 2", example="x = 1\ny = 2", trace="Traceback\n")
    more = [outcome("failed", "holds [a]"), outcome("failed", "holds [b]"), outcome("failed", "is")]
    assert in_full(found, more=more).splitlines() == [
        "rule:mine: holds",
        "  off by 2",
        "  smallest example found:",
        "    x = 1",
        "    y = 2",
        "  Traceback",
        "  and in 3 more: holds (2), is",
    ]


def told_of(found):
    """The check and message of each failure that is told in full, with how many are folded into it."""
    return [(first.check, first.message, len(more)) for first, more in failures(found)]


def test_one_check_that_tells_the_same_about_other_numbers_is_told_once():
    found = [
        outcome("failed", "holds", message="dw: off by 0.25 of 3"),
        outcome("passed", "holds [conv]"),
        outcome("failed", "holds [dense]", message="dw: off by -2.8e+12 of 4"),
        outcome("failed", "holds [deep]", message="dw: off by nan of 4"),
    ]
    assert told_of(found) == [("holds", "dw: off by 0.25 of 3", 2)]


def test_other_words_another_check_and_another_part_are_told_by_themselves():
    found = [
        outcome("failed", "holds [dense]", message="off by 1"),
        outcome("failed", "holds [conv]", message="not finite"),
        outcome("failed", "is", message="off by 1"),
        outcome("failed", "holds on the geometry [conv]", message="off by 1"),
        outcome("failed", "holds", message="off by 1", part="other"),
        outcome("failed", "holds [deep]", message="not finite"),
    ]
    assert told_of(found) == [
        ("holds [dense]", "off by 1", 0),
        ("holds [conv]", "not finite", 1),
        ("is", "off by 1", 0),
        ("holds on the geometry [conv]", "off by 1", 0),
        ("holds", "off by 1", 0),
    ]


def test_an_error_that_ends_several_checks_is_told_once():
    """Known again by where it was raised, or by what it says."""
    found = [
        outcome("failed", "holds", message="raised OSError: 3", trace="line 3"),
        outcome("failed", "is", message="by patches: raised OSError: 4", trace="line 3"),
        outcome("failed", "was", message="raised OSError: 3", trace="line 9"),
        outcome("failed", "holds", message="raised OSError: 5", trace="line 5"),
    ]
    assert told_of(found) == [("holds", "raised OSError: 3", 2), ("holds", "raised OSError: 5", 0)]


def test_reasons_count_alike_whatever_the_part():
    found = [
        outcome("skipped", message="mine has no memory"),
        outcome("skipped", message="no GPU"),
        outcome("skipped", message="other has no memory", part="other"),
        outcome("failed", message="no GPU"),
    ]
    assert reasons(found) == ["2 × has no memory", "1 × no GPU"]


def test_summary():
    found = [
        outcome("passed"),
        outcome("failed", "is", message="a"),
        outcome("skipped", message="b"),
    ]
    assert summary(found).splitlines() == [
        "rule:mine: 1 of 3 passed",
        "rule:mine: is",
        "  a",
        "skipped 1 × b",
        "1 part, 3 checks: 1 passed, 1 failed, 1 skipped, 0 excepted",
    ]

"""Steps that are due, counted by hand."""

import pytest

from neuroplast.probes.schedule import Clock, Stretch, default_due, due
from neuroplast.probes.spec import ProbeSpec

GREEDY = [Stretch(0, 25, 10, ("a",)), Stretch(25, 12, 10, ("b",)), Stretch(37, 5, 5, ("a", "b"))]
"""Layer a learns in steps 1 to 25, b in 26 to 37, then both in 38 to 42."""


def steps(layer="a", stretches=GREEDY, **entries):
    spec = ProbeSpec(name="mine", variables=["w"], **entries)
    return due(spec, stretches, layer).tolist()


def test_windows_begin_with_each_stretch_and_its_last_step_ends_one():
    assert steps(every=10) == [10, 20, 25, 42]
    assert steps("b", every=10) == [35, 37, 42]
    assert steps(every=5) == [5, 10, 15, 20, 25, 42]
    assert default_due(10, GREEDY, "b").tolist() == [35, 37, 42]
    assert steps("c", every=10) == []


def test_a_limit_ends_a_window_too():
    assert steps(every=10, **{"from": 12}) == [20, 25, 42]
    assert steps(every=10, until=23) == [10, 20, 23]
    assert steps(every=10, until=40) == [10, 20, 25, 40]
    assert steps(every=10, **{"from": 43}) == []


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("phase", [1, 38]),
        ("phase finished", [25, 42]),
        ("epoch", [10, 20, 25, 42]),
        ("layer finished", [42]),
        (["phase", "layer finished"], [1, 38, 42]),
    ],
)
def test_moments(on, expected):
    assert steps(on=on) == expected


def test_moments_outside_of_the_limits_are_left_out():
    assert steps(on="epoch", until=22) == [10, 20]


def test_log_spaced_steps_begin_with_the_first_of_the_layer():
    """1, 10, 100 and 1000 steps of learning."""
    assert steps(log=4, stretches=[Stretch(0, 1000, 10, ("a",))]) == [1, 10, 100, 1000]
    late = [Stretch(0, 50, 10, ("b",)), Stretch(50, 1000, 10, ("a",))]
    assert steps(log=4, stretches=late) == [51, 60, 150, 1050]
    assert steps(log=4, stretches=late, until=150) == [51, 55, 72, 150]  # 1, 4.6, 21.5, 100


def test_log_spaced_steps_leave_out_those_in_which_others_learn():
    assert steps(log=2) == [1, 42]
    assert steps(log=30)[:6] == [1, 2, 3, 4, 5, 6]
    assert not set(steps(log=30)) & set(range(26, 38))
    assert steps(log=1) == [42]


def test_several_ways_at_once_give_each_step_once():
    assert steps(every=10, log=2, on="epoch") == [1, 10, 20, 25, 42]


@pytest.mark.parametrize("first", range(1, 45))
def test_a_clock_that_begins_anywhere_tells_the_same(first):
    """As after a resumption."""
    known = due(ProbeSpec(name="mine", variables=["w"], every=10), GREEDY, "a")
    clock = Clock(known)
    told = [step for step in range(first, 50) if clock.is_due(step)]
    assert told == [step for step in known.tolist() if step >= first]


def test_a_clock_without_steps_is_never_due():
    assert not any(
        Clock(due(ProbeSpec(name="x", variables=["w"], every=1), [], "a")).is_due(n)
        for n in range(5)
    )

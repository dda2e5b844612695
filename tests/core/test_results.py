"""Results over seeds and conditions, by hand."""

import math

from neuroplast.results import Run, RunSet, Spread, spread


def a_run(tmp_path, condition, seed, test, **groups):
    results = {"linear": {"train_accuracy": 99.0, "test_accuracy": test}, **groups}
    return Run("toy", condition, seed, tmp_path, results)


def test_spread_by_hand():
    """1, 2, 6: mean 3, squares 4 + 1 + 9 = 14, divided by n - 1 = 2."""
    assert spread([1.0, 2.0, 6.0]) == Spread(3.0, math.sqrt(7), 3)


def test_differences_are_paired_by_seed_whatever_the_order(tmp_path):
    runs = [
        a_run(tmp_path, "learned", 0, 80.0),
        a_run(tmp_path, "random", 1, 79.0),
        a_run(tmp_path, "random", 0, 81.0),
        a_run(tmp_path, "learned", 1, 84.0),
        a_run(tmp_path, "learned", 2, 90.0),
    ]
    found = RunSet("toy", tmp_path, runs).differences()
    assert found == {"random": ("linear.test_accuracy", [-1.0, 5.0])}


def test_conditions_without_a_metric_in_common_are_left_out(tmp_path):
    other = Run("toy", "other", 0, tmp_path, {"ridge": {"test_accuracy": 1.0}})
    assert RunSet("toy", tmp_path, [a_run(tmp_path, "learned", 0, 80.0), other]).differences() == {}


def test_one_condition_has_no_differences(tmp_path):
    assert RunSet("toy", tmp_path, [a_run(tmp_path, "", 0, 80.0)]).differences() == {}

"""Results over seeds and conditions, by hand."""

import json
import math

import pytest

from neuroplast.results import Run, RunSet, Spread, plain, spread, write_results


def a_run(tmp_path, condition, seed, test, **groups):
    results = {"linear": {"train_accuracy": 99.0, "test_accuracy": test}, **groups}
    return Run("toy", condition, seed, tmp_path, results)


def test_spread_by_hand():
    """1, 2, 6: mean 3, squares 4 + 1 + 9 = 14, divided by n - 1 = 2."""
    assert spread([1.0, 2.0, 6.0]) == Spread(3.0, math.sqrt(7), 3)


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_values_that_are_not_finite_have_no_spread(odd):
    mean, sd, n = spread([odd, 1.0])
    assert not math.isfinite(mean)
    assert math.isnan(sd)
    assert n == 2


def test_what_is_not_finite_is_null_in_json(tmp_path):
    """And a reader that takes nothing but JSON can read it."""
    runs = [a_run(tmp_path, "", seed, value) for seed, value in enumerate((math.nan, 80.0))]
    runs += [a_run(tmp_path, "other", 0, -math.inf)]
    write_results(tmp_path / "results.json", "toy", runs)
    text = (tmp_path / "results.json").read_text()
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    tests = [run["results"]["linear"]["test_accuracy"] for run in found["runs"]]
    assert tests == [None, 80.0, None]
    assert found["summary"][""]["linear.test_accuracy"] == {"mean": None, "sd": None, "n": 2}
    assert found["summary"][""]["linear.train_accuracy"] == {"mean": 99.0, "sd": 0.0, "n": 2}


def test_plain_data_keeps_everything_else():
    given = {"a": [1, True, None, "nan", 0.5], "b": (math.nan, {"c": math.inf})}
    assert plain(given) == {"a": [1, True, None, "nan", 0.5], "b": [None, {"c": None}]}


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

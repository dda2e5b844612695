"""What brings neurons in that never win, and what makes that needless."""

import pytest

import neuroplast
from neuroplast.recording.reader import open_run

NEURONS = 100
LAST = 2000
"""Presentations, at the end of learning, that wins are counted in."""

MECHANISMS = ("thresholds", "boosting", "revival")


def wins(folder):
    """Of each neuron in the last presentations, from the record of all steps."""
    with open_run(folder) as recording:
        (phase,) = recording.scenario["phases"]
        series = recording.layers["layer1"].series["win_count"]
        found = series.values[-(LAST // phase["batch"]) :].sum(0)
    assert found.sum() == LAST
    assert len(found) == NEURONS
    return found


def hold(condition, found):
    """Over 20 % dead without a mechanism from random weights; none with one; the difference is gone from patches."""
    dead, largest = float((found == 0).double().mean()), float(found.max()) / LAST
    if condition == "none":
        assert dead > 0.2
    else:
        assert dead == 0
    if condition in ("thresholds", "thresholds_sampled"):
        assert largest < 4 / NEURONS


@pytest.mark.slow
@pytest.mark.parametrize("condition", ["none", *MECHANISMS, "none_sampled"])
def test_who_wins(condition, tmp_path):
    out = tmp_path / "out"
    done = neuroplast.run(
        "homeostasis", condition=condition, seed=0, out=out, device="cpu", threads=1
    )
    hold(condition, wins(out))
    if condition == "none":  # those who never won while it learned do not win afterwards either
        assert done.results["wins"]["dead"] > 0.2


@pytest.mark.dynamics
def test_in_full(tmp_path):
    done = neuroplast.run_set("homeostasis", out=tmp_path / "out", device="cpu", threads=1)
    assert len(done.runs) == 5 * 2 * len(("none", *MECHANISMS))
    for found in done.runs:
        hold(found.condition, wins(found.path))

"""Feed-forward inhibition that balances excitation, layer after layer, from the first step and after learning."""

import pytest

from neuroplast import run_set
from neuroplast.recording.reader import open_run

NAME = "dale_feedforward"
LAYERS = ("first", "second", "third")


def at(run, place):
    """The measures of each layer at the start (0) or the end (-1)."""
    with open_run(run.path) as recording:
        return {
            layer: {name: float(s.values[place]) for name, s in recording.metrics[layer].items()}
            for layer in LAYERS
        }


def check(done):
    for run in done.runs:
        start = at(run, 0)
        assert run.results["dale_violations"]["mixed"] == 0
        assert run.results["dale_violations"]["against"] == 0
        if run.condition == "balanced":
            for found in (*start.values(), *at(run, -1).values()):
                assert abs(found["mean"]) < 0.1 * found["excitation"], run
            # a gain of 2 keeps the mean square of rectified responses, within what 20 inhibitory neurons scatter
            assert all(1 < found["gain"] < 4 for found in start.values()), run
        elif run.condition == "twice":
            assert start["first"]["mean"] == pytest.approx(-start["first"]["excitation"], rel=0.1)
            assert start["third"]["excitation"] < 0.01 * start["first"]["excitation"], run
        else:
            assert all(f["mean"] > 0.4 * f["excitation"] for f in start.values()), run
            assert start["third"]["excitation"] > 50 * start["first"]["excitation"], run


def test_balance(tmp_path):
    check(run_set(NAME, seeds=[0], out=tmp_path / "out", device="cpu", threads=1))


@pytest.mark.dynamics
def test_balance_in_all_seeds(tmp_path):
    done = run_set(NAME, out=tmp_path / "out", device="cpu", threads=1)
    check(done)
    found = [at(run, 0) for run in done.runs if run.condition == "balanced"]
    for layer in LAYERS:
        gains = [f[layer]["gain"] for f in found]
        assert sum(gains) / len(gains) == pytest.approx(2, rel=0.35)

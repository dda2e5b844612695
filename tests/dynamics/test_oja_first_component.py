"""Oja's rule finds the first principal component of centred stimuli, and the mean of others."""

import pytest

import neuroplast
from neuroplast.drafts import draft
from neuroplast.recording.reader import open_run

NAME = "oja_first_component"


def hold(runs):
    for run in runs:
        told, mean = run.results["principal_component"], run.results["mean_alignment"]["cosine"]
        if run.condition == "random":
            assert told["cosine"] < 0.9
            continue
        assert told["length"] == pytest.approx(1, abs=0.01)
        if run.condition == "uncentred":
            assert mean > 0.99
            assert told["cosine"] < 0.9
        else:
            assert told["cosine"] > 0.99
            assert mean < 0.9
        with open_run(run.path) as recording:
            w = recording.snapshot(0)["layer1"]["w"][0]
        assert abs(float(w.norm()) - 1) > 1e-4  # it was not there from the start


def test_half_of_its_length_is_enough(tmp_path):
    sets = ["presentations=20000"]
    done = neuroplast.run_set(NAME, sets=sets, seeds=[0, 1], out=tmp_path / "out", device="cpu")
    hold(done.runs)


def test_the_variances_are_those_that_the_scenario_speaks_of(tmp_path):
    """Second over first: 0.5, and 0.8 in the condition `close`."""
    scenario = draft(NAME)
    for condition, ratio in (("centred", 0.5), ("close", 0.8)):
        sigma = scenario.resolve(condition).stimuli.sigma()
        assert float((sigma[1] / sigma[0]) ** 2) == pytest.approx(ratio, abs=1e-4)


@pytest.mark.dynamics
def test_in_full(tmp_path):
    hold(neuroplast.run_set(NAME, out=tmp_path / "out", device="cpu").runs)

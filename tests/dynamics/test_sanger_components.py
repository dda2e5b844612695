"""Sanger's rule finds the principal components in their order, and on image patches the subspace that they span."""

import pytest

import neuroplast

NAME = "sanger_components"


def hold(runs):
    for run in runs:
        eight, five = run.results["principal_components"], run.results["first_five"]
        if run.condition == "gaussian":
            assert eight["smallest_cosine"] > 0.98
            assert eight["largest_angle"] < 15
        elif run.condition == "patches":
            assert five["largest_angle"] < 5
            assert five["captured"] > 0.999
            assert eight["captured"] > 0.99
        else:
            assert five["largest_angle"] > 45
            assert eight["smallest_cosine"] < 0.5
            assert eight["captured"] < 0.8


def test_one_seed(tmp_path):
    hold(neuroplast.run_set(NAME, seeds=[0], out=tmp_path / "out", device="cpu").runs)


@pytest.mark.dynamics
def test_in_full(tmp_path):
    done = neuroplast.run_set(NAME, out=tmp_path / "out", device="cpu")
    assert len({run.seed for run in done.runs}) == 5
    hold(done.runs)

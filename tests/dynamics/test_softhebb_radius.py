"""From which radius on neurons come to unit length under SoftHebb, and turn away from where they started."""

import pytest
import torch

from neuroplast import run_set
from neuroplast.recording.reader import open_run

NAME = "softhebb_radius"
BELOW, PARTIAL, ABOVE = ("n5", "n7", "n9"), ("n11",), ("n14", "n16", "n18", "n22", "n26")
"""Radii 0.33, 0.51, 0.8; 1.25; 2.44, 3.8, 6, 15, 36."""


def turned(run):
    """The share of neurons that have learnt: their weights point elsewhere than at the start, cosine under 0.9."""
    with open_run(run.path) as recording:
        before, after = recording.snapshot(0)["layer1"]["w"], recording.final_state()["layer1"]["w"]
    cosine = torch.nn.functional.cosine_similarity(before.flatten(1), after.flatten(1), dim=1)
    return float((cosine < 0.9).double().mean())


def check(done, few=0.05):
    """few: a share of neurons that counts as hardly any; below a radius of 1 too somebody has to win each stimulus."""
    for run in done.runs:
        share, found = turned(run), run.results["unit_norm_share"]
        if run.condition in BELOW:
            assert share < few, run
            assert found["share"] < few, run
        elif run.condition in PARTIAL:
            assert few < share < 0.9, run
            assert few < found["share"] < 0.9, run
        elif run.condition in ABOVE:
            assert share == 1, run
            assert found["share"] > 0.7, run
            assert found["longest"] < 1.06, run


def test_three_regimes(tmp_path):
    """Fewer neurons and presentations are enough."""
    sets = ["readouts=[]", "layer1.synapse.neurons=200", "phases.learn.presentations=20000"]
    asked = {"seeds": [0], "conditions": ["n9", "n11", "n14"], "sets": sets}
    check(run_set(NAME, **asked, out=tmp_path / "out", device="cpu", threads=1))


@pytest.mark.dynamics
def test_over_all_radii(tmp_path):
    done = run_set(NAME, out=tmp_path / "out", device="cpu", threads=1)
    check(done)
    found = done.summary()
    accuracy = {c: named["ridge.validation_accuracy"].mean for c, named in found.items()}
    assert min(accuracy[c] for c in ABOVE) > 15 + max(accuracy[c] for c in BELOW)

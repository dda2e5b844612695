"""What the number of stimuli presented together changes under three scalings, the presentations being equal."""

import pytest
import torch

import neuroplast
from neuroplast.recording.reader import open_run

NAME = "batch_sizes"


class Weights:
    """Weights at the start and at the end of every run of one seed, by condition."""

    def __init__(self, runs):
        self.start, self.end = {}, {}
        for run in runs:
            with open_run(run.path) as recording:
                self.start[run.condition] = recording.snapshot(0)["layer1"]["w"]
                self.end[run.condition] = recording.final_state()["layer1"]["w"]

    def moved(self, condition):
        """How far the weights are from where they started."""
        return float((self.end[condition] - self.start[condition]).norm())

    def apart(self, condition, other):
        """How far two ends are from each other, as a share of how far the second is from its start."""
        return float((self.end[condition] - self.end[other]).norm()) / self.moved(other)


def hold(runs):
    w = Weights(runs)
    first = next(iter(w.start.values()))
    assert all(torch.equal(first, start) for start in w.start.values())
    assert w.moved("random") == 0
    # the sum: the same, but for stimuli of a batch that do not see each other's change
    assert w.apart("sum_10", "sum_1") < 0.01
    assert w.apart("sum_100", "sum_1") < 0.05
    assert w.apart("sum_100_faster", "sum_1_faster") > 0.1  # not where steps are large
    # the mean: that of one stimulus is its sum; of n stimuli as with a rate divided by n
    assert w.apart("mean_1", "sum_1") < 1e-5
    assert w.apart("mean_100_faster", "sum_100") < 1e-3
    assert w.moved("mean_100") < w.moved("mean_10") / 4 < w.moved("mean_1") / 8
    # the largest entry: every step is as long as the rate, so fewer steps are less; no rate makes up for it
    assert w.moved("largest_100") < w.moved("largest_10") / 2 < w.moved("largest_1") / 2
    assert w.apart("largest_100", "largest_1") > 0.5
    assert w.apart("largest_100_faster", "largest_1") > 0.5


def test_a_part_of_its_length_is_enough(tmp_path):
    sets = ["phases.learn.presentations=3000", "readouts=[]"]
    hold(neuroplast.run_set(NAME, sets=sets, seeds=[0], out=tmp_path / "out", device="cpu").runs)


@pytest.mark.dynamics
def test_in_full(tmp_path):
    done = neuroplast.run_set(NAME, out=tmp_path / "out", device="cpu")
    for seed in {run.seed for run in done.runs}:
        hold([run for run in done.runs if run.seed == seed])

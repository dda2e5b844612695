"""Signs that neurons were born with, over every step of learning; and what happens without the constraint."""

import pytest

from neuroplast import run_set
from neuroplast.recording.reader import open_run

NAME = "dale_populations"
STEP_BY_STEP = ("measures.0.at", ["start", "every 1 steps", "end"])


def histories(run):
    """Of each number of the measure, its values over the steps."""
    with open_run(run.path) as recording:
        found = recording.metrics["dale_violations"]
        assert recording.state == "complete"
        return {name: samples.values for name, samples in found.items()}, recording.steps_done


def learnt(run):
    """(relative change of the weights, share of synapses clipped at a step)."""
    with open_run(run.path) as recording:
        before, after = recording.snapshot(0)["layer2"]["w"], recording.final_state()["layer2"]["w"]
        clipped = recording.layers["layer2"].series["corrected_count"].values.sum()
        share = float(clipped) / (recording.steps_done * after.numel())
    return float((after - before).norm() / before.norm()), share


def check(done, steps):
    seen = set()
    for run in done.runs:
        found, done_steps = histories(run)
        assert done_steps == steps
        change, clipped = learnt(run)
        assert change > 1, run  # weights went farther than they were long
        if run.condition == "dale":
            for name, expected in (("mixed", 0), ("against", 0), ("excitatory", 0.8)):
                assert bool((found[name] == expected).all()), (run, name)
            assert found["inhibitory"].tolist() == pytest.approx([0.2] * len(found["mixed"]))
            assert 0 < clipped < 0.6, run
        elif run.condition == "free":
            assert found["mixed"][-1] > 40, run  # of 50 columns
            assert clipped == 0
        else:  # one sign in every column, and nobody inhibits
            assert bool((found["mixed"] == 0).all())
            assert bool((found["excitatory"] == 1).all())
            assert found["against"][-1] > 20, run
        seen.add(run.condition)
    assert seen == {"dale", "free", "non_negative"}


def test_signs_stay(tmp_path):
    sets = ["phases.learn.presentations=8000", STEP_BY_STEP]
    check(run_set(NAME, sets=sets, seeds=[0], out=tmp_path / "out", device="cpu", threads=1), 800)


@pytest.mark.dynamics
def test_signs_stay_over_ten_thousand_steps(tmp_path):
    done = run_set(NAME, sets=[STEP_BY_STEP], out=tmp_path / "out", device="cpu", threads=1)
    check(done, 10_000)

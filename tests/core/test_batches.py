"""Batches of one stimulus, which some normalisations cannot adapt to."""

import pytest

from neuroplast import ScenarioError, open_run, runs

LAYER = {
    "normalisation": "batch_norm",
    "synapse": {"kind": "dense", "neurons": 2},
    "rule": "oja",
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.01},
}


def tables(stimuli, layers=(LAYER,), **changes):
    points = {"kind": "gaussian", "inputs": 3, "train": stimuli}
    return {"stimuli": points, "layers": list(layers), **changes}


def refused(given):
    """What the plan says is wrong, where it is, and the remedy."""
    with pytest.raises(ScenarioError) as caught:
        runs.plan(given)
    return [(p.path, p.found, p.remedy) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("stimuli", "length", "remedy"),
    [
        (21, {"batch": 10, "epochs": 2}, "set batch = 11"),  # 10 + 10 + 1; then 11 + 10
        (7, {"batch": 2}, "set batch = 4"),  # 2 + 2 + 2 + 1; 3 + 3 + 1; 4 + 3
        (8, {"batch": 1}, "set batch = 2"),
        (20, {"batch": 10, "presentations": 31}, "set batch = 11"),  # 11 in the second epoch
        (20, {"batch": 10, "presentations": 11}, "set batch = 11"),
        (20, {"batch": 10, "presentations": 21}, "change presentations"),  # whatever the batch
    ],
)
def test_a_lone_stimulus_is_told_before_anything_is_learnt(stimuli, length, remedy):
    ((path, found, advice),) = refused(tables(stimuli, **length))
    assert path == "phase1.batch"
    assert found.startswith(
        f"{stimuli} stimuli in batches of {length['batch']} leave a batch of 1, and layer1 adapts to it: batch_norm: "
    )
    assert advice == f"{remedy}, or normalise by other means"


def test_the_remedy_works(tmp_path):
    done = runs.run(tables(21, batch=11, epochs=2), out=tmp_path / "run", device="cpu")
    with open_run(done.path) as recording:
        assert (recording.state, recording.steps_done) == ("complete", 4)


def test_a_run_is_refused_as_its_plan_is(tmp_path):
    with pytest.raises(ScenarioError, match="leave a batch of 1"):
        runs.run(tables(21, batch=10), out=tmp_path / "run", device="cpu")
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize(
    "given",
    [
        tables(22, batch=10),
        tables(20, batch=10, presentations=30),
        tables(21, [{**LAYER, "normalisation": "none"}], batch=10),
        tables(21, batch=10, adapt=["weights"]),
        tables(21, phases=[{"batch": 10, "layers": ["layer1"], "adapt": ["neurons"]}]),
        tables(21, batch=21),
    ],
    ids=["no rest", "no rest of an epoch", "no statistics", "frozen", "none adapt", "one batch"],
)
def test_what_is_not_refused(given):
    assert runs.plan(given).stages[""][0].steps > 0


def test_each_phase_and_the_first_layer_that_cannot():
    layers = [{**LAYER, "normalisation": "none"}, LAYER, LAYER]
    phases = [{"batch": 10, "order": "greedy"}, {"batch": 5}, {"batch": 7}]
    found = refused(tables(21, layers, phases=phases))
    assert [path for path, *_ in found] == ["phase1.batch", "phase2.batch"]
    assert all("and layer2 adapts" in text for _, text, _ in found)


def test_one_stimulus_with_several_positions_is_enough():
    images = {"kind": "oriented_bars", "train": 21}
    layer = {**LAYER, "synapse": {"kind": "conv2d", "neurons": 2, "kernel": 3}}
    planned = runs.plan({"stimuli": images, "layers": [layer], "batch": 10})
    assert planned.stages[""][0].steps == 3

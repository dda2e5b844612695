"""What people get wrong: one clear message with who, what value and what to do; the right exit code; nothing lost."""

import json
import os

import numpy as np
import pytest

# Scenarios that cannot be meant: exit code 2, before anything is written


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rule": 'rule = "ojja"'}, "layer1.rule: unknown rule 'ojja'; did you mean oja?"),
        ({"rule": 'rulle = "oja"'}, "layer1.rulle: unknown key; did you mean 'rule'?"),
        ({"stimuli": 'stimuli = "gausian"'}, "stimuli: unknown stimuli 'gausian'; did you mean"),
        ({"about": "epocs = 3"}, "epocs: unknown key"),
        ({"about": "seeds = [1, 1]"}, "seeds"),
        ({"about": "seeds = 7"}, "seeds: found 7; should be a list"),
        ({"layers": "layers = [3]\n[x]"}, "layer1: found 3; should be a table"),
        ({"about": "conditions = 3"}, "conditions: found 3; should be a list"),
        (
            {"about": 'conditions = [{ name = "a b" }]'},
            "a b.name: found 'a b'; should match pattern",
        ),
        (
            {"synapse": 'synapse = { kind = "dense", neurons = 1_000_000_000_000_000 }'},
            "layers: do not fit into memory (",
        ),
        (
            {"rate": "rate = { kind = 'constant', eta = -0.5 }"},
            "layer1.rate.eta: found -0.5; should be greater than 0",
        ),
        (
            {"rate": "rate = { kind = 'constant', etta = 0.5 }"},
            "layer1.rate.etta: unknown key; did you mean 'eta'?",
        ),
        ({"scaling": ""}, "layer1: has rule 'oja' but no scaling; name it"),
        (
            {"synapse": 'synapse = { kind = "conv2d", neurons = 2, kernel = 3 }'},
            "layer1: ",
        ),
        (
            {
                "synapse": 'synapse = { kind = "dense", neurons = 2 }\ncompetition = { kind = "k_wta", k = 3 }'
            },
            "layer1: k_wta: 3 winners asked of 2",
        ),
        ({"measures": 'readouts = [{ kind = "ridge", layer = "layer7" }]'}, "'layer7'"),
    ],
)
def test_a_scenario_with_one_fault(cli, scenario, tmp_path, changes, told):
    file = scenario(**changes)
    for words in (("validate", file), ("run", file, "--out", tmp_path / "out")):
        answer = cli(*words)
        assert answer.code == 2
        assert told in answer.err
        assert "Traceback" not in answer.err
        assert not (tmp_path / "out").exists()


def test_all_faults_at_once(cli, scenario):
    file = scenario(
        rule='rule = "ojja"',
        rate="rate = { kind = 'constant', eta = -0.5 }",
        about="epocs = 3",
        conditions='[[conditions]]\nname = "odd"\nset = { "layer1.scaling" = "meen" }',
    )
    answer = cli("validate", file)
    assert answer.code == 2
    assert answer.err.splitlines()[0].endswith("4 problems")
    assert all(word in answer.err for word in ("ojja", "-0.5", "epocs", "meen"))
    told = json.loads(cli("validate", file, "--json").out)
    assert told["valid"] is False
    assert len(told["problems"]) == 4
    assert cli("run", file, "--dry-run").err == answer.err
    assert {"path", "found", "remedy"} == set(told["problems"][0])


def test_a_fault_in_a_condition_is_found(cli, scenario):
    file = scenario(
        conditions='[[conditions]]\nname = "odd"\nset = { "phases.nowhere.epochs" = 0.5 }'
    )
    answer = cli("validate", file)
    assert answer.code == 2
    assert "  odd: " in answer.err
    assert "nowhere" in answer.err
    assert cli("run", file, "--dry-run").code == 2


def test_a_sound_scenario(cli, scenario):
    file = scenario()
    assert cli("validate", file).out == f"{file}: valid\n"
    assert json.loads(cli("validate", file, "--json").out) == {"valid": True, "problems": []}


@pytest.mark.parametrize(
    ("text", "told"), [("rule = ", "is no valid toml file"), (None, "cannot be read")]
)
def test_a_file_that_cannot_be_read(cli, tmp_path, text, told):
    if text is not None:
        (tmp_path / "odd.toml").write_text(text)
    answer = cli("run", "odd.toml")
    assert answer.code == 2
    assert f"odd.toml: {told}" in answer.err


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("layers.3.rate", "no entry '3' in a list of 1"),
        ("layer1.rule.kind.deep", "layer1.rule"),
        ("layer1.rate.eta.deep", "deep"),
    ],
)
def test_a_path_that_leads_nowhere(cli, scenario, path, told):
    answer = cli("validate", scenario(), "--set", f"{path}=1")
    assert answer.code == 2
    assert told in answer.err


# Data that cannot be used: exit code 1


def arrays(folder, **changes):
    """An array file of ten small images, with some arrays changed."""
    rng = np.random.default_rng(0)
    held = {"x_train": rng.random((10, 4)), "y_train": np.arange(10) % 2, **changes}
    path = folder / "arrays.npz"
    np.savez(path, **{name: a for name, a in held.items() if a is not None})
    return path


@pytest.fixture
def of_arrays(scenario):
    """A scenario that learns from the array file, and reads out."""
    return scenario(
        stimuli='stimuli = { kind = "arrays", file = "arrays.npz" }',
        measures='readouts = ["ridge"]',
    )


def refused(cli, file, folder, *told):
    answer = cli("run", file, "--out", folder / "out")
    assert answer.code in (1, 2)
    assert all(word in answer.err for word in told)
    assert "Traceback" not in answer.err
    assert "internal error" not in answer.err
    assert len(answer.err.splitlines()) <= 2
    return answer


def test_a_missing_file(cli, of_arrays, tmp_path):
    assert refused(cli, of_arrays, tmp_path, "arrays.npz", "not found").code == 1


def test_a_truncated_file(cli, of_arrays, tmp_path):
    path = arrays(tmp_path)
    path.write_bytes(path.read_bytes()[:200])
    assert refused(cli, of_arrays, tmp_path, "arrays.npz", "truncated").code == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"y_train": np.arange(10) - 1}, "-1"),
        ({"y_train": np.arange(10) + 0.5}, "0.5"),
        ({"x_train": np.full((10, 4), np.nan)}, "x_train"),
        ({"x_train": np.zeros((0, 4)), "y_train": np.zeros(0, int)}, "x_train"),
        ({"y_train": np.arange(9)}, "y_train"),
        ({"x_train": None}, "x_train"),
    ],
    ids=["label below 0", "label not whole", "NaN", "empty", "too few labels", "nothing to learn"],
)
def test_a_file_that_holds_something_odd(cli, of_arrays, tmp_path, changes, told):
    arrays(tmp_path, **changes)
    assert refused(cli, of_arrays, tmp_path, told).code == 1


def test_a_read_out_without_labels(cli, of_arrays, tmp_path):
    arrays(tmp_path, y_train=None)
    refused(cli, of_arrays, tmp_path, "needs labels")


@pytest.mark.parametrize("only", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (np.arange(10), "teacher: the label 9 has no neuron in a layer of 2"),
        (None, "need labels, and these stimuli have none"),
    ],
    ids=["more labels than neurons", "none"],
)
def test_labels_that_cannot_teach_are_refused_before_a_run(
    cli, scenario, tmp_path, labels, told, only
):
    arrays(tmp_path, y_train=labels)
    file = scenario(
        stimuli='stimuli = { kind = "arrays", file = "arrays.npz" }',
        measures="",
        synapse='synapse = { kind = "dense", neurons = 2 }',
        rule='rule = "softhebb_clamped"\nsignals = { teacher = "teacher" }',
    )
    out = tmp_path / "out"
    answer = cli("run", file, "--out", out, *only)
    assert answer.code in (1, 2)
    assert told in answer.err
    assert not list(out.rglob("*.h5"))


def test_a_validation_part_that_leaves_nothing(cli, of_arrays, tmp_path):
    arrays(tmp_path)
    assert cli("run", of_arrays, "--set", "validation=10", "--out", "out").code == 2


# Where results go


def test_an_output_folder_that_is_not_empty_is_left_alone(cli, scenario, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious").write_text("result")
    answer = cli("run", scenario(), "--out", out)
    assert answer.code == 2
    assert f"--out {out}: exists and is not empty" in answer.err
    assert [p.name for p in out.iterdir()] == ["precious"]
    assert (out / "precious").read_text() == "result"


def test_an_output_folder_that_is_a_file(cli, scenario, tmp_path):
    (tmp_path / "out").write_text("result")
    assert cli("run", scenario(), "--out", "out").code in (1, 2)
    assert (tmp_path / "out").read_text() == "result"


def test_an_output_folder_below_a_file(cli, scenario, tmp_path):
    (tmp_path / "file").write_text("result")
    answer = cli("run", scenario(), "--out", "file/out")
    assert answer.code == 1
    assert "--out file/out: cannot be made" in answer.err


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_an_output_folder_that_cannot_be_written(cli, scenario, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    answer = cli("run", scenario(), "--out", "locked/out")
    assert answer.code == 1
    assert "cannot be" in answer.err


def test_a_device_that_is_not_here(cli, scenario, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    answer = cli("run", scenario(), "--device", "cuda", "--out", "out")
    assert answer.code == 2
    assert "--device cuda: is not here" in answer.err


def test_learning_that_breaks_down(cli, scenario, tmp_path):
    """A Hebbian neuron with a huge rate: the weights leave the range of float32."""
    file = scenario(rule='rule = "hebb"', rate="rate = { kind = 'constant', eta = 1e30 }")
    answer = cli("run", file, "--set", "phases.phase1.presentations=400", "--out", "out")
    assert answer.code == 1
    assert "layer1" in answer.err
    assert "not finite" in answer.err
    assert "what was committed is kept; go on with: neuroplast resume out" in answer.err

"""What is recorded is read back: values, types, names."""

from io import BytesIO

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.recordings import HEADER, LAYERS, begin, record, sample, state
from torch.testing import assert_close

from neuroplast.recording.digest import content_sha256
from neuroplast.recording.folder import Segment
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import LayerHeader, Series
from neuroplast.recording.runfile import RunFile

NAN = float("nan")


# Round trips


def test_header_comes_back(tmp_path):
    run = open_run(record(tmp_path))
    for name in ("title", "condition", "seed", "steps_total", "scenario", "data", "input_shape"):
        assert getattr(run, name) == getattr(HEADER, name), name
    assert (run.parts, run.packages) == (HEADER.parts, HEADER.packages)
    assert run.provenance.items() >= HEADER.provenance.items()
    assert (run.state, run.steps_done) == ("complete", 10)
    for layer, written in zip(run.layers.values(), LAYERS, strict=True):
        assert layer.name == written.name
        assert layer.neurons == written.neurons
        assert layer.input_shape == written.input_shape
        assert layer.weight_shapes == written.weight_shapes
        assert layer.attributes == written.attributes


def test_state_comes_back_bit_for_bit(tmp_path):
    run = open_run(record(tmp_path))
    assert run.snapshot_steps == (0, 10)
    for step in (0, 10):
        written, found = state(step), run.snapshots[step]
        assert {k: set(v) for k, v in found.items()} == {k: set(v) for k, v in written.items()}
        for layer, tensors in written.items():
            for name, tensor in tensors.items():
                assert torch.equal(found[layer][name], tensor), (layer, name)
    assert torch.equal(run.final_state()["conv"]["w"], state(10)["conv"]["w"])


@pytest.mark.parametrize("commits", [(), (4,), (5, 6), range(1, 11)])
def test_series_come_back_however_often_they_are_committed(tmp_path, commits):
    run = open_run(record(tmp_path, commits))
    series = run.layers["conv"].series
    assert set(series) == set(sample(6))
    for name, (steps, values) in series.items():
        assert steps.tolist() == list(range(1, 11))
        for step, value in zip(steps.tolist(), values, strict=True):
            written = sample(step)[name].value if name in sample(step) else NAN
            expected = torch.as_tensor(written, dtype=values.dtype)
            assert_close(value, expected, rtol=0, atol=0, equal_nan=True)
    assert series["w_norm"].values.dtype == torch.float32
    assert series["win_count"].values.dtype == torch.float64


def test_each_layer_has_its_own_steps(tmp_path):
    layers = open_run(record(tmp_path)).layers
    assert layers["both"].series["near.norm"].steps.tolist() == [5, 10]
    assert layers["both"].steps == (5, 10)
    assert layers["sum"].steps == ()
    assert layers["sum"].snapshot_steps == (0, 10)


def test_metrics_and_events_come_back(tmp_path):
    run = open_run(record(tmp_path))
    accuracy, loss = run.metrics["linear/test"]["accuracy"], run.metrics["linear/test"]["loss"]
    assert accuracy.steps.tolist() == [5, 10]
    assert accuracy.values.tolist() == [50.0, 100.0]
    assert loss.values.isnan().tolist() == [True, False]
    assert loss.values[1] == 0.25
    assert [tuple(event) for event in run.events] == [(0, "phase", "phase1: conv, both")]


def test_samples_of_one_step_share_a_row_also_across_a_commit(tmp_path):
    recorder = begin(tmp_path)
    recorder.series("conv", 1, {"a": Series(1.0, "a")})
    recorder.series("conv", 1, {"b": Series(2.0, "b")})
    recorder.commit(1, {})
    recorder.series("conv", 1, {"c": Series(3.0, "c")})
    recorder.series("conv", 2, {"b": Series(4.0, "b")})
    recorder.close("complete", 2)
    series = open_run(tmp_path).layers["conv"].series
    assert series["a"].steps.tolist() == [1, 2]
    assert [repr(series[k].values.tolist()) for k in "abc"] == [
        "[1.0, nan]",
        "[2.0, 4.0]",
        "[3.0, nan]",
    ]


def test_what_changes_after_it_was_sampled_does_not_change_the_record(tmp_path):
    recorder = begin(tmp_path)
    value = torch.ones(4)
    recorder.series("conv", 1, {"norm": Series(value, "norm")})
    value.zero_()
    recorder.close("complete", 1)
    assert open_run(tmp_path).layers["conv"].series["norm"].values.tolist() == [[1.0] * 4]


def test_a_snapshot_of_the_same_step_replaces_the_last(tmp_path):
    recorder = begin(tmp_path)
    recorder.snapshot(0, state(1))
    recorder.snapshot(0, state(2))
    recorder.close("complete", 0)
    run = open_run(tmp_path)
    assert run.layers["conv"].snapshot_steps == (0,)
    assert torch.equal(run.final_state()["conv"]["w"], state(2)["conv"]["w"])


def test_state_and_series_of_one_name_are_both_kept(tmp_path):
    recorder = begin(tmp_path)
    recorder.series("both", 1, {"near": Series(1.0, "named as a projection")})
    recorder.series("conv", 1, {"early": Series(2.0, "before the state")})
    recorder.commit(1, {})
    recorder.snapshot(1, {"conv": {"early": torch.ones(4), "rule.theta": torch.zeros(4)}})
    recorder.series("conv", 2, {"rule.theta": Series(torch.arange(4.0), "after the state")})
    recorder.close("complete", 2)
    run = open_run(tmp_path)
    assert run.layers["both"].series["near"].values.tolist() == [1.0]
    assert run.layers["conv"].series["early"].values[0] == 2.0
    assert run.layers["conv"].series["rule.theta"].values[1].tolist() == [0, 1, 2, 3]
    assert set(run.final_state()["conv"]) == {"early", "rule.theta"}
    assert run.final_state()["conv"]["early"].tolist() == [1.0] * 4


# Types


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.int64])
def test_numbers_keep_their_value(tmp_path, dtype):
    values = torch.tensor([-2, 0, 1, 3]).to(dtype)
    recorder = begin(tmp_path)
    recorder.snapshot(0, {"conv": {"rule.theta": values, "rule.on": values > 0}})
    recorder.series("conv", 1, {"theta": Series(values, "theta")})
    recorder.close("complete", 1)
    run = open_run(tmp_path)
    found = run.final_state()["conv"]
    short = dtype in (torch.bfloat16, torch.float16)
    assert found["rule.theta"].dtype == (torch.float32 if short else dtype)
    assert found["rule.theta"].tolist() == [-2, 0, 1, 3]
    assert found["rule.on"].tolist() == [0, 0, 1, 1]
    assert run.layers["conv"].series["theta"].values.tolist() == [[-2, 0, 1, 3]]


def test_values_that_are_not_finite_are_recorded(tmp_path):
    bad = torch.tensor([[NAN, float("inf"), -float("inf"), -0.0], [0.0] * 4, [0.0] * 4])
    recorder = begin(tmp_path)
    recorder.snapshot(3, {"both": {"near.w": bad}})
    recorder.series("both", 3, {"norm": Series(bad[:, 0], "norm")})
    recorder.close("failed", 3)
    run = open_run(tmp_path)
    found = run.final_state()["both"]["near.w"]
    assert torch.equal(found.view(torch.int32), bad.view(torch.int32))
    assert run.layers["both"].series["norm"].values.isnan().tolist() == [[True, False, False]]


NAMES = st.text(min_size=1, max_size=12).filter(lambda s: s.isprintable() or "\0" in s)


@settings(max_examples=15)
@given(names=st.lists(NAMES | st.sampled_from([".", "..", "step", "w", "%2F", "a/b"]), unique=True))
def test_odd_names_come_back(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("odd")
    layers = tuple(LayerHeader(name, 2, (2,), {"w": (2, 2)}) for name in names)
    recorder = begin(path, layers=layers)
    for layer in layers:
        recorder.series(layer.name, 1, {name: Series(1.0, name) for name in names})
        recorder.snapshot(1, {layer.name: {"w": torch.eye(2)}})
        recorder.metrics(layer.name, 1, dict.fromkeys(names, 1.0))
    recorder.close("complete", 1)
    run = open_run(path)
    assert list(run.layers) == names
    assert set(run.metrics) == set(names)
    for layer in run.layers.values():
        assert set(layer.series) == set(names)
        assert set(run.metrics[layer.name]) == set(names)
    assert all(torch.equal(tensors["w"], torch.eye(2)) for tensors in run.final_state().values())


def test_names_of_scales_come_back(tmp_path):
    """Series named as the scales that state needs later, and projections named as a scale."""
    layers = (LAYERS[0], LayerHeader("both", 3, (4,), {"step.w": (3, 4), "neuron.w": (3, 5)}))
    recorder = begin(tmp_path, layers=layers)
    names = ("channel", "size_5", "x", "y", "neuron")
    recorder.series("conv", 1, {name: Series(1.0, name) for name in names})
    recorder.commit(1, {})
    recorder.snapshot(1, {"conv": state(1)["conv"], "both": {"step.w": torch.ones(3, 4)}})
    recorder.close("complete", 1)
    run = open_run(tmp_path)
    assert set(run.layers["conv"].series) == set(names)
    assert torch.equal(
        run.final_state()["conv"]["dynamics.0.trace"], state(1)["conv"]["dynamics.0.trace"]
    )
    assert torch.equal(run.final_state()["both"]["step.w"], torch.ones(3, 4))


def test_long_texts_come_back(tmp_path):
    long = "θ" * 50_000
    recorder = begin(tmp_path, scenario={"about": long}, provenance={"command": long})
    recorder.event(0, "k" * 200, "ä" * 2000)
    recorder.close("complete", 0)
    run = open_run(tmp_path)
    assert run.scenario == {"about": long}
    assert run.provenance["command"] == long
    kind, message = run.events[0].kind, run.events[0].message
    assert kind == "k" * 61 + "…"
    assert message.endswith("ä…")
    assert len(message.encode()) <= 1024


def test_a_run_without_layers_or_parts_can_be_read(tmp_path):
    begin(tmp_path, layers=(), parts=(), packages=(), data={}).close("complete", 0)
    run = open_run(tmp_path)
    assert (run.layers, run.parts, run.data, run.events) == ({}, (), {}, [])
    assert run.final_state() == {}


# A file by itself


def arrays(values):
    """One sample of each series as a file takes them: arrays of samples, and what is known of each."""
    return {name: np.asarray(series.value)[None] for name, series in values.items()}, values


def test_a_file_of_a_run_by_itself():
    """A segment says from which step to which it goes; its state is that of a run that goes on."""
    file = RunFile(HEADER, Segment(3, 5))
    file.series("conv", [4], *arrays(sample(4)))
    file.event(4, "note", "a step")
    with h5py.File(BytesIO(file.finish("running", 5)), "r") as found:
        assert (found.attrs["segment_start"], found.attrs["segment_end"]) == (3, 5)
        assert (found.attrs["state"], found.attrs["steps_done"]) == (b"running", 5)
        assert found["layers/conv/step"][:].tolist() == [4]
        assert found["events/step"][:].tolist() == [4]
        assert found["provenance"].attrs["content_sha256"].decode() == content_sha256(found)


def test_rows_are_the_steps_of_all_series():
    """Whatever was added at one step is one row; what a row lacks is NaN, from the first to the last."""
    file = RunFile(HEADER)
    file.series("conv", [2, 4], {"a": np.array([2.0, 4.0])}, {"a": Series(0.0, "a")})
    file.series("conv", [1, 4, 5], {"b": np.array([1.0, 4.0, 5.0])}, {"b": Series(0.0, "b")})
    file.series("conv", [5], {"a": np.array([5.0])}, {"a": Series(0.0, "a")})
    with h5py.File(BytesIO(file.finish("running", 5)), "r") as found:
        layer = found["layers/conv"]
        assert layer["step"][:].tolist() == [1, 2, 4, 5]
        np.testing.assert_array_equal(layer["a"][:], [np.nan, 2, 4, 5])
        np.testing.assert_array_equal(layer["b"][:], [1, np.nan, 4, 5])


def test_wrong_samples_are_refused():
    file = RunFile(HEADER)
    with pytest.raises(ValueError, match=r"conv: .*'norm' has shape \(3,\).* 4 neurons"):
        file.series("conv", [1], *arrays({"norm": Series(torch.ones(3), "norm")}))
    file.series("conv", [1], *arrays({"rate": Series(1.0, "rate")}))
    with pytest.raises(ValueError, match=r"'rate' has shape \(4,\)"):
        file.series("conv", [2], *arrays({"rate": Series(torch.ones(4), "rate")}))
    with pytest.raises(ValueError, match="layer 'other' is not in the header"):
        file.series("other", [1], {}, {})
    with pytest.raises(ValueError, match="complex"):
        file.snapshot(1, {"conv": {"rule.phase": torch.ones(4, dtype=torch.complex64)}})


def test_numbers_keep_all_their_digits(tmp_path):
    recorder = begin(tmp_path)
    recorder.metrics("linear", 1, {"accuracy": 200 / 3})
    recorder.series("conv", 1, {"share": Series(1 / 3, "share")})
    recorder.close("complete", 1)
    run = open_run(tmp_path)
    assert run.metrics["linear"]["accuracy"].values.tolist() == [200 / 3]
    assert run.layers["conv"].series["share"].values.tolist() == [1 / 3]

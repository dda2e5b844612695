"""NWB, valid by its own rules, and read by its own reader."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

import neuroplast
from neuroplast.recording.reader import open_run

pynwb = pytest.importorskip("pynwb", reason="pynwb is an optional extra")


@pytest.fixture
def read(tmp_path):
    """Export a run, hold it valid, and read it."""
    readers = []

    def export(run):
        path = tmp_path / "run.nwb"
        assert neuroplast.export(run, "nwb", path) == [path]
        assert not pynwb.validate(path=path)
        readers.append(pynwb.NWBHDF5IO(path, "r"))
        return readers[-1].read()

    yield export
    for reader in readers:
        reader.close()


def test_every_table_is_a_module(run, read):
    assert sorted(read(run).processing) == [
        *("events", "layer.a%2Eb%2Fc"),
        *("layer.conv", "metrics.linear%2Ftest", "probe.some.conv"),
        *("state.a%2Eb%2Fc", "state.both", "state.conv"),
    ]


def test_a_series_keeps_its_numbers_unit_and_steps(run, read, recorded):
    module = read(run).processing["layer.conv"]
    norm = module["norm"]
    assert norm.data.dtype == np.float32
    assert norm.data[:].tobytes() == recorded.norm.numpy().tobytes()
    assert (norm.unit, norm.description) == ("mV", "norm of the weights")
    assert norm.timestamps[:].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert "dims=neuron" in norm.comments
    assert module["hard"].data[:].tobytes() == np.array(recorded.hard).tobytes()
    assert np.isnan(module["late"].data[:2]).all()
    assert module["late"].data[7] == -8 / 7


def test_names_that_it_cannot_hold_are_encoded(run, read):
    assert read(run).processing["layer.a%2Eb%2Fc"]["odd%2Fname%3Ax"].data[:].tolist() == [
        1,
        3,
        4,
        5,
        6,
        7,
        8,
    ]


def test_a_probe_and_metrics(run, read):
    file = read(run)
    steps = np.arange(1, 9, dtype=np.float32)
    ltp = file.processing["probe.some.conv"]["ltp"].data[:]
    assert ltp.tobytes() == np.stack([steps / np.float32(3), -steps / np.float32(3)], 1).tobytes()
    loss = file.processing["metrics.linear%2Ftest"]["loss"].data[:]
    assert np.isnan(loss[0])
    assert loss[1] == 0.1


def test_state_has_a_row_for_each_snapshot(run, read, recorded):
    state = read(run).processing["state.conv"]["state"]
    assert state["step"][:].tolist() == [0, 8]
    w = state["w"]
    assert "shape=(4, 2, 3, 3)" in w.description
    assert w[1].tobytes() == recorded.state["conv"]["w"].contiguous().numpy().tobytes()
    trace = recorded.state["conv"]["dynamics.0.trace"]
    assert state["dynamics.0.trace"][1].tobytes() == trace.numpy().tobytes()
    assert state["dynamics.0.trace"][1].shape == (4, 16)
    assert state["competition.count"][:].tolist() == [0, 8]


def test_the_session_says_what_the_run_was(tmp_path, read, run):
    file = read(run)
    assert json.loads(file.source_script)["about"] == "θ and ü"
    assert (file.identifier, file.session_start_time) == ("one", datetime(1970, 1, 1, tzinfo=UTC))
    with open_run(run) as recording:
        assert json.loads(file.notes)["content_sha256"] == recording.provenance["content_sha256"]
    events = file.processing["events"]["events"]
    assert (events["step"][0], events["kind"][0]) == (0, "phase")
    assert events["message"][0] == 'phase1: "conv", θ'


def test_a_run_that_was_stopped(stopped, read, recorded):
    file = read(stopped)
    assert list(file.processing) == ["layer.conv"]
    norm = file.processing["layer.conv"]["norm"].data[:]
    assert norm.tobytes() == recorded.norm[:2].numpy().tobytes()

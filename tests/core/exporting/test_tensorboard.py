"""TensorBoard's events, read by TensorBoard where it is installed, and by the layout of its files."""

import struct

import numpy as np
import pytest

import neuroplast

pytest.importorskip("tensorboardX", reason="tensorboardX is an optional extra")


def events(folder):
    """Every event of the one file: records of a length, a checksum, bytes, and a checksum."""
    from tensorboardX.proto.event_pb2 import Event

    (file,) = folder.iterdir()
    raw, found = file.read_bytes(), []
    while raw:
        (size,) = struct.unpack("<Q", raw[:8])
        found.append(Event.FromString(raw[12 : 12 + size]))
        raw = raw[16 + size :]
    return found


def values(folder):
    """By tag, (step, value) in order."""
    found = {}
    for event in events(folder):
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value))
    return found


def numbers(value):
    shape = [dim.size for dim in value.tensor.tensor_shape.dim]
    return np.array(value.tensor.double_val).reshape(shape)


def test_a_number_is_a_scalar_with_all_its_digits(run, tmp_path, recorded):
    written = neuroplast.export(run, "tensorboard", tmp_path / "out")
    assert written == [tmp_path / "out/events.out.tfevents.0.neuroplast"]
    found = values(tmp_path / "out")
    hard = found["layer.conv/hard"]
    assert [step for step, _ in hard] == list(range(1, 9))
    assert np.array([numbers(v) for _, v in hard]).tobytes() == np.array(recorded.hard).tobytes()
    about = hard[0][1].metadata
    assert about.plugin_data.plugin_name == "scalars"
    assert about.summary_description == "hard to write; unit 1; sum"
    accuracy = found["metrics.linear%2Ftest/accuracy"]
    assert [(step, float(numbers(v))) for step, v in accuracy] == [(4, 200 / 3), (8, 70.1)]


def test_the_rest_are_histograms(run, tmp_path):
    """Of four norms the extremes are the edges, and four equal weights are all counted."""
    neuroplast.export(run, "tensorboard", tmp_path / "out")
    found = values(tmp_path / "out")
    step, value = found["state.a%2Eb%2Fc/w"][1]
    assert value.metadata.plugin_data.plugin_name == "histograms"
    bins = numbers(value)
    assert (step, bins.shape, bins[:, 2].sum()) == (8, (30, 3), 4)
    norm = numbers(found["layer.conv/norm"][0][1])
    assert (norm[0, 0], norm[-1, 1], norm[:, 2].sum()) == (0, 1, 4)
    assert (norm[:-1, 1] == norm[1:, 0]).all()
    assert norm[0, 2] == norm[10, 2] == norm[20, 2] == norm[29, 2] == 1  # 0, 1/3, 2/3, 1


def test_the_scenario_is_a_text(run, tmp_path):
    neuroplast.export(run, "tensorboard", tmp_path / "out")
    ((_, value),) = values(tmp_path / "out")["run/title"]
    assert value.tensor.string_val[0] == b"a small run"
    assert value.metadata.plugin_data.plugin_name == "text"


def test_a_repeated_export_stands_alone(run, tmp_path):
    neuroplast.export(run, "tensorboard", tmp_path / "out")
    neuroplast.export(run, "tensorboard", tmp_path / "out", force=True)
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_tensorboard_reads_it(run, tmp_path, recorded):
    tensorboard = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard is no dependency; the layout is tested above",
    )
    from tensorboard.util.tensor_util import make_ndarray

    neuroplast.export(run, "tensorboard", tmp_path / "out")
    reader = tensorboard.EventAccumulator(str(tmp_path / "out"), size_guidance={"tensors": 0})
    reader.Reload()
    hard = [(e.step, make_ndarray(e.tensor_proto)) for e in reader.Tensors("layer.conv/hard")]
    assert [step for step, _ in hard] == list(range(1, 9))
    assert np.array([v for _, v in hard]).tobytes() == np.array(recorded.hard).tobytes()
    assert "layer.conv/norm" in reader.PluginTagToContent("histograms")

"""From a scenario with probes to its file, and on from where a run was stopped."""

import os
import signal
import sys

import h5py
import pytest
import torch
import xarray
from torch.testing import assert_close

from neuroplast import hookimpl, resuming, runs
from neuroplast.recording.reader import open_run

DENSE = {
    "use": "softhebb",
    "synapse": {"kind": "dense", "neurons": 4},
    "rate": {"kind": "constant", "eta": 0.05},
    "constraints": ["unit_norm"],
}
CONV = {**DENSE, "synapse": {"kind": "conv2d", "neurons": 4, "kernel": 3}}
PROBES = [
    {"name": "fields", "variables": "w", "neurons": [2, 0], "every": 5},
    {"name": "growth", "variables": ["ltp", "w_norm"], "log": 4, "reduce": "mean"},
    {
        "name": "spread",
        "variables": "dw",
        "every": 4,
        "reduce": "histogram",
        "bins": 2,
        "range": [-1, 1],
    },
]


def tables(*layers, probes=PROBES, **record):
    layers = layers or ({**CONV}, {**DENSE})
    return {
        "stimuli": {"kind": "gaussian_bars", "side": 9},
        "presentations": 120,
        "order": "greedy",
        "layers": list(layers),
        "record": {"probes": probes, "every": 5, **record},
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("probed") / "out"
    runs.run(tables(), out=path, device="cpu", threads=1)
    return path


def test_samples_are_in_the_file_with_named_dimensions(folder):
    with xarray.open_dataset(
        folder / "run.h5", group="/probes/fields/layer1", engine="h5netcdf"
    ) as table:
        assert table["w"].dims == ("step", "neuron", "input")
        assert table.sizes == {"step": 3, "neuron": 2, "input": 9}
        assert table["step"].values.tolist() == [5, 10, 12]
        assert table["neuron"].values.tolist() == [2, 0]
        assert table["w"].attrs["tensor_shape"].tolist() == [2, 1, 3, 3]
        last = table["w"].sel(step=12, neuron=2).values
    with open_run(folder) as recording:
        w = recording.final_state()["layer1"]["w"]
        assert recording.probes["fields"]["layer1"]["w"].steps.tolist() == [5, 10, 12]
    assert_close(torch.from_numpy(last), w[2].flatten(), atol=0, rtol=0)


def test_a_layer_that_learns_later_is_sampled_later(folder):
    with open_run(folder) as recording:
        fields = recording.probes["fields"]["layer2"]["w"]
        growth = recording.probes["growth"]["layer2"]["ltp"]
    assert fields.steps.tolist() == [17, 22, 24]
    assert growth.steps.tolist() == [13, 14, 17, 24]  # 1, 2.3, 5.2 and 12 steps of its own
    assert float(growth.values.min()) >= 0


def test_a_histogram_has_its_edges_as_a_scale(folder):
    with h5py.File(folder / "run.h5") as file:
        group = file["probes/spread/layer1"]
        assert group["bin"][:].tolist() == [-sys.float_info.max, -1, 0, 1]
        assert group["dw"].attrs["dims"] == b"step,bin"
        assert group["dw"].attrs["statistic"] == b"histogram"
        assert (group["dw"][:].sum(1) == 4 * 4 * 9).all()
        assert group.attrs["when"] == b"every 4 steps"


def test_where_positions_have_weights_of_their_own_a_run_is_recorded_too(tmp_path):
    synapse = {"kind": "locally_connected", "neurons": 3, "kernel": 5, "padding": 0}
    local = {**DENSE, "synapse": synapse}
    probes = [{"name": "p", "variables": ["ltp", "activity"], "every": 5}]
    runs.run(tables(local, probes=probes), out=tmp_path, device="cpu", threads=1)
    with open_run(tmp_path) as recording:
        values = recording.probes["p"]["layer1"]
        assert values["ltp"].values.shape == (3, 3 * 5 * 5)
        assert values["activity"].values.shape == (3, 3)
        assert recording.layers["layer1"].series["w_norm"].values.shape == (3, 3 * 5 * 5)
        assert recording.final_state()["layer1"]["w"].shape[0] == 3 * 5 * 5


class Stopping:
    """Interrupts the run at a commit, as Ctrl-C would."""

    def __init__(self, step):
        self.step = step

    @hookimpl
    def checkpoint(self, run, step):
        if step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [3, 8])
def test_a_run_stopped_in_the_middle_of_windows_goes_on_to_the_same_record(tmp_path, stop):
    """Commits at every step; the first in the middle of all windows, the other in the second layer."""
    given = {**tables(commit=0.0), "presentations": 60}
    runs.run(given, out=tmp_path / "whole", device="cpu", threads=1)
    with pytest.raises(KeyboardInterrupt):
        runs.run(given, out=tmp_path / "cut", device="cpu", threads=1, listeners=[Stopping(stop)])
    resuming.resume(tmp_path / "cut", tell=lambda line: None)
    with open_run(tmp_path / "whole") as whole, open_run(tmp_path / "cut") as cut:
        for name, layers in whole.probes.items():
            for layer, series in layers.items():
                for variable, samples in series.items():
                    found = cut.probes[name][layer][variable]
                    assert found.steps.equal(samples.steps)
                    assert found.values.equal(samples.values), (name, layer, variable)
        for layer, recorded in whole.layers.items():
            for name, samples in recorded.series.items():
                assert cut.layers[layer].series[name].values.equal(samples.values), (layer, name)
        assert cut.provenance["content_sha256"] == whole.provenance["content_sha256"]

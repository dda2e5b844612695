"""The run as a DataTree: names, dimensions and values, and that only what is asked for is read."""

import h5py
import numpy as np
import pytest
import xarray
from support.recordings import record, state

from neuroplast.errors import DataError
from neuroplast.recording.joined import Array
from neuroplast.recording.reader import open_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return record(tmp_path_factory.mktemp("tree") / "run", commits=(0, 3, 5), closed="interrupted")


@pytest.fixture
def tree(folder):
    with open_run(folder) as run:
        yield run.tree


def test_groups_are_those_of_the_file_without_the_provenance(tree):
    assert {node.path for node in tree.subtree} == {
        *("/", "/scenario", "/layers", "/layers/conv", "/layers/both", "/layers/both/near"),
        *("/layers/both/far", "/layers/sum", "/metrics", "/metrics/linear%2Ftest", "/events"),
    }
    assert tree.attrs["title"] == "a small run"
    assert tree["layers/conv"].attrs["rule"] == "oja"


def test_values_are_found_by_label(tree):
    conv = tree["layers/conv"]
    last = conv["w"].sel(snapshot_step=10, neuron=2)
    np.testing.assert_array_equal(last, state(10)["conv"]["w"][2].flatten())
    assert conv["w"].attrs["tensor_shape"] == [4, 2, 3, 3]
    assert conv["w_norm"].dims == ("step", "neuron")
    assert conv["w_norm"].sel(step=slice(3, 5), neuron=1).values.tolist() == [4, 5, 6]
    assert conv["w_norm"].isel(step=[0, 9]).sel(neuron=3).values.tolist() == [4, 13]
    assert conv["w_norm"].isel(step=slice(None, None, -3), neuron=0).values.tolist() == [
        10,
        7,
        4,
        1,
    ]
    assert conv["dynamics.0.trace"].dims == ("snapshot_step", "neuron", "y", "x")
    assert (conv["win_count"].attrs["units"], conv["win_count"].attrs["statistic"]) == ("1", "sum")
    assert tree["metrics/linear%2Ftest/accuracy"].sel(step=10).item() == 100
    assert tree["events/message"].values.tolist() == ["phase1: conv, both"]
    assert tree["layers/both/near/w"].sel(snapshot_step=0).shape == (3, 4)


def test_only_what_is_asked_for_is_read(folder, monkeypatch):
    read, original = [], Array._fill

    def fill(self, found, wanted, part, span, inner):
        read.append((self.place, len(wanted), part.file.filename))
        original(self, found, wanted, part, span, inner)

    monkeypatch.setattr(Array, "_fill", fill)
    with open_run(folder) as run:
        tree = run.tree
        read.clear()
        value = tree["layers/conv/w_norm"].sel(step=4, neuron=1)
        assert read == []
        assert value.item() == 5
        assert {(place, rows) for place, rows, _ in read} == {("/layers/conv/w_norm", 1)}


def test_a_closed_run_says_so(folder):
    with open_run(folder) as run:
        value = run.tree["layers/conv/w_norm"]
    with pytest.raises(DataError, match="was closed; open it again"):
        value.load()


def test_each_file_opens_in_xarray_itself_and_gives_the_same(tmp_path):
    run = record(tmp_path / "run")
    with open_run(run) as opened, xarray.open_datatree(run / "run.h5", engine="h5netcdf") as theirs:
        for place in ("layers/conv", "layers/both/near", "metrics/linear%2Ftest"):
            for name, variable in opened.tree[place].data_vars.items():
                assert variable.dims == theirs[place][name].dims
                np.testing.assert_array_equal(variable.values, theirs[place][name].values)


def test_scales_that_do_not_fit_are_told(tmp_path):
    run = record(tmp_path / "run")
    with h5py.File(run / "run.h5", "r+") as file:
        file["layers/both/near/neuron"][:] = [7, 8, 9]
    with open_run(run) as opened, pytest.raises(DataError, match="damaged"):
        _ = opened.tree

"""The file as others see it: xarray, h5dump, and a walk through everything in it."""

import json
import shutil
import subprocess

import h5py
import numpy as np
import pytest
import xarray
from support.recordings import HEADER, record, state

from neuroplast.recording.schema import SCALE_ATTRIBUTES

GROUPS = {
    "/": set(),
    "/scenario": set(),
    "/provenance": {"package", "plugin", "manifest_line"},
    "/provenance/data": set(),
    "/layers": set(),
    "/layers/conv": {
        *("step", "snapshot_step", "neuron", "input", "channel", "y", "x"),
        "size_5",
    },
    "/layers/both": {"step", "snapshot_step", "neuron", "size_3"},
    "/layers/both/near": {"snapshot_step", "neuron", "input"},
    "/layers/both/far": {"snapshot_step", "neuron", "input"},
    "/layers/sum": {"step", "snapshot_step", "neuron"},
    "/metrics": set(),
    "/metrics/linear%2Ftest": {"step"},
    "/events": {"event"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return record(tmp_path_factory.mktemp("layout")) / "run.h5"


@pytest.fixture
def file(run):
    with h5py.File(run, "r") as file:
        yield file


def everything(file):
    found = {"/": file}
    file.visititems(lambda name, node: found.setdefault(f"/{name}", node) and None)
    return found


def open_group(run, group):
    return xarray.open_dataset(run, group=group, engine="h5netcdf").load()


def test_the_groups_are_those_of_the_layout(file):
    groups = {path for path, node in everything(file).items() if isinstance(node, h5py.Group)}
    assert groups == set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_xarray_opens_each_group_with_named_dimensions(run, group):
    table = open_group(run, group)
    assert set(table.sizes) == GROUPS[group]
    for name, variable in table.variables.items():
        dims = variable.attrs.get("dims", b"")
        named = (dims.decode() if isinstance(dims, bytes) else dims).split(",")
        assert list(variable.dims) == [dim for dim in named if dim], name
        assert all(dim in table.coords for dim in variable.dims), name


def test_xarray_finds_weights_by_label(run):
    table = open_group(run, "/layers/conv")
    assert table["w"].dims == ("snapshot_step", "neuron", "input")
    last = table["w"].sel(snapshot_step=10, neuron=2)
    np.testing.assert_array_equal(last, state(10)["conv"]["w"][2].flatten())
    assert table["rule.theta"].dims == ("snapshot_step", "neuron")
    assert table["w_norm"].dims == ("step", "neuron")
    assert table["w_norm"].sel(step=3, neuron=1).item() == 1.0 + 3
    assert table["late"].isnull().sel(step=slice(1, 5)).all()


def test_every_data_set_says_what_it_is(file):
    for path, node in everything(file).items():
        if isinstance(node, h5py.Dataset):
            assert node.attrs["units"] == b"1", path
            assert node.attrs["long_name"], path
            assert ("dims" in node.attrs) == (node.shape != ()), path
    weights, norm = file["layers/conv/w"], file["layers/conv/w_norm"]
    assert weights.attrs["statistic"] == b"last"
    assert weights.attrs["tensor_shape"].tolist() == [4, 2, 3, 3]
    assert norm.attrs["long_name"] == b"norm of a neuron's weights"
    assert norm.attrs["window"] == b"at the step"
    wins = file["layers/conv/win_count"].attrs
    assert (wins["statistic"], wins["window"]) == (b"sum", b"since the previous sample")
    assert file["layers/conv/rule.theta"].attrs["plugin"] == b"oja"


def test_root_attributes(file):
    assert file.attrs["format"] == b"neuroplast-run"
    assert file.attrs["format_version"] == b"1.1"
    assert file.attrs["title"] == b"a small run"
    assert file.attrs["state"] == b"complete"
    assert (file.attrs["steps_done"], file.attrs["steps_total"]) == (10, 10)
    assert b"reversed" in file.attrs["dimension_order"]


def test_scenario_and_provenance(file):
    config = file["scenario/config_json"]
    assert json.loads(config[()].decode()) == HEADER.scenario
    assert config.attrs["media_type"] == b"application/json"
    assert file["scenario"].attrs["rule"] == b"oja"
    assert file["provenance/plugins"][:].tolist() == [p.encode() for p in HEADER.parts]
    assert file["provenance/data"].attrs["sha256"] == b"ab" * 32
    assert len(file["provenance"].attrs["content_sha256"]) == 64


def test_only_types_that_every_reader_knows(file):
    """No variable length, compounds, half floats, enumerations or references, but for the scales' own."""
    for path, node in everything(file).items():
        kinds = {"": node.id.get_type()} if isinstance(node, h5py.Dataset) else {}
        for index in range(h5py.h5a.get_num_attrs(node.id)):
            attribute = h5py.h5a.open(node.id, index=index)
            if attribute.name.decode() not in SCALE_ATTRIBUTES:
                kinds[attribute.name] = attribute.get_type()
        for name, kind in kinds.items():
            family, size = kind.get_class(), kind.get_size()
            assert family in (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.STRING), (path, name)
            if family == h5py.h5t.STRING:
                assert not kind.is_variable_str(), (path, name)
                assert kind.get_cset() == h5py.h5t.CSET_UTF8, (path, name)
            assert family != h5py.h5t.FLOAT or size in (4, 8), (path, name)


def test_arrays_are_chunked_with_a_checksum_and_weights_not_compressed(file):
    """Samples and events are compressed; state, its scales, and texts are not."""
    for path, node in everything(file).items():
        if isinstance(node, h5py.Dataset) and node.shape != ():
            assert node.fletcher32, path
            first = node.attrs["dims"].decode().split(",")[0]
            samples = first in ("step", "event") and path.rpartition("/")[2] != first
            assert node.compression == ("gzip" if samples else None), path
            assert not node.is_virtual
            assert node.external is None
    for scale in ("step", "snapshot_step", "neuron", "input"):
        assert file[f"layers/conv/{scale}"].dtype == np.int32


def test_all_links_are_hard(file):
    for path, node in everything(file).items():
        for name in node if isinstance(node, h5py.Group) else ():
            assert isinstance(node.get(name, getlink=True), h5py.HardLink), (path, name)


def test_the_oldest_format_is_used(run):
    """The superblock of version 0: what the default setting gives, which survives most kills."""
    assert run.read_bytes()[8] == 0


def test_a_short_run_stays_small(run):
    assert run.stat().st_size < 1_000_000


@pytest.mark.skipif(shutil.which("h5dump") is None, reason="h5dump is not installed")
def test_h5dump_prints_the_header(run):
    done = subprocess.run(["h5dump", "-H", run], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'DATASET "config_json"' in done.stdout
    assert 'GROUP "conv"' in done.stdout

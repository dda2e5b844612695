"""Checksums: what differs is named, in each file of a run."""

import shutil

import h5py
import numpy as np
import pytest
from support.recordings import record

from neuroplast.errors import DataError
from neuroplast.recording.reader import open_run
from neuroplast.recording.verification import differences


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    root = tmp_path_factory.mktemp("verification")
    record(root / "done")
    record(root / "stopped", commits=(3, 5), closed="interrupted")
    return root


@pytest.fixture
def root(recorded, tmp_path):
    return shutil.copytree(recorded, tmp_path / "runs")


def test_whole_runs_pass(root):
    for name in ("done", "stopped"):
        with open_run(root / name, verify=True) as run:
            assert run.is_intact()


CHANGES = {
    "/layers/conv/w": lambda file: file["layers/conv/w"].__setitem__((1, 2, 3), 0.5),
    "/layers/conv/rule.theta": lambda file: file["layers/conv/rule.theta"].attrs.modify(
        "units", b"V"
    ),
    "/metrics/linear%2Ftest": lambda file: file["metrics/linear%2Ftest"].attrs.create("new", 1),
    "/layers/conv/late": lambda file: file["layers/conv"].__delitem__("late"),
    "/layers/conv/odd": lambda file: file["layers/conv"].create_dataset("odd", data=np.zeros(3)),
    "/provenance": lambda file: file["provenance"].attrs.modify("host", np.bytes_(b"there")),
}


@pytest.mark.parametrize("place", CHANGES)
def test_what_was_changed_is_named(root, place):
    file = root / "done" / "run.h5"
    with h5py.File(file, "r+") as opened:
        CHANGES[place](opened)
    open_run(file).close()
    with pytest.raises(DataError, match=rf"run\.h5: {place} is (a|missing).*copy it again"):
        open_run(file, verify=True)
    with open_run(file) as run:
        assert not run.is_intact()


def flip(file, place):
    """Flip a bit of a raw value, as a disk would."""
    with h5py.File(file, "r") as opened:
        offset = opened[place].id.get_chunk_info(0).byte_offset
    content = bytearray(file.read_bytes())
    content[offset] ^= 1
    file.write_bytes(content)


def test_a_flipped_bit_is_named_with_and_without_verification(root):
    file = root / "stopped" / "seg-0000000003-0000000005.h5"
    flip(file, "layers/conv/w_norm")
    with pytest.raises(
        DataError, match=rf"{file.name}: /layers/conv/w_norm cannot be read.*steps 3 to 5"
    ):
        open_run(root / "stopped", verify=True)
    with open_run(root / "stopped") as run:
        assert run.layers["conv"].series["corrected"].values.tolist() == list(range(1, 11))
        with pytest.raises(DataError, match=rf"{file.name}: /layers/conv/w_norm is damaged"):
            run.layers["conv"].series["w_norm"]
    with open_run(root / "stopped", verify=True, partial=True) as run:
        assert run.steps_done == 3
        assert "w_norm" in run.damage


def test_all_that_differs_is_told(root):
    file = root / "done" / "run.h5"
    flip(file, "layers/conv/w")
    flip(file, "layers/both/near/w")
    with h5py.File(file, "r") as opened:
        assert [place for place, _ in differences(opened)] == [
            "/layers/both/near/w",
            "/layers/conv/w",
        ]

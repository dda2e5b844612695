"""Opening runs: which file is meant, what is said where it cannot be read, and what a killed run shows."""

import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch
from support.recordings import begin, record, state
from torch.testing import assert_close

from neuroplast.errors import DataError
from neuroplast.recording.reader import find_runs, open_run


@pytest.fixture
def run(tmp_path):
    return record(tmp_path / "run")


def edit(run, change):
    with h5py.File(run / "run.h5", "r+") as file:
        change(file)


# Which file is meant


def test_a_run_is_opened_by_folder_or_file(run):
    assert open_run(run).title == open_run(str(run / "run.h5")).title == "a small run"


def test_a_renamed_file_is_a_run_too(run):
    other = (run / "run.h5").rename(run / "kept.h5")
    assert open_run(other).path == other


def test_a_folder_of_runs_says_which_runs_it_has(tmp_path):
    for name in ("seed10", "seed9"):
        record(tmp_path / "set" / name)
    with pytest.raises(DataError, match=r"set: holds no run\.h5 itself.* 2 runs, such as .*seed9"):
        open_run(tmp_path / "set")


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere: does not exist"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"holds no run\.h5"):
        open_run(tmp_path)


def test_runs_are_found_in_the_order_in_which_people_count(tmp_path):
    for name in ("b/seed10", "b/seed9", "a"):
        record(tmp_path / name)
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder" / "run.h5").mkdir(parents=True)
    found = [str(path.relative_to(tmp_path)) for path in find_runs(tmp_path)]
    assert found == ["a", os.path.join("b", "seed9"), os.path.join("b", "seed10")]
    assert find_runs(tmp_path / "a") == [tmp_path / "a"]
    assert find_runs(tmp_path / "empty") == []
    with pytest.raises(DataError, match="is not a folder"):
        find_runs(tmp_path / "nowhere")


# Files that are not whole runs


@pytest.mark.parametrize("content", [b"", b"\x89HDF", b"PK\x03\x04 a zip", b"text\n" * 1000])
def test_a_file_that_is_not_hdf5_is_refused(tmp_path, content):
    (tmp_path / "run.h5").write_bytes(content)
    with pytest.raises(DataError, match=r"run\.h5: is not an HDF5 file"):
        open_run(tmp_path)


def test_a_file_cut_short_is_refused(run):
    whole = (run / "run.h5").read_bytes()
    for length in (8, 96, 100, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        (run / "run.h5").write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"damaged or was cut short .*copy it again"):
            open_run(run)


def test_a_flipped_byte_in_the_weights_is_told(run):
    with h5py.File(run / "run.h5", "r") as file:
        place = file["layers/conv/w"].id.get_chunk_info(1).byte_offset
    content = bytearray((run / "run.h5").read_bytes())
    content[place + 5] ^= 4
    (run / "run.h5").write_bytes(content)
    opened = open_run(run)
    assert torch.equal(opened.snapshot(0)["conv"]["w"], state(0)["conv"]["w"])
    with pytest.raises(DataError, match="damaged"):
        opened.final_state()


def test_another_hdf5_file_is_no_run(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x_train"] = np.zeros(3)
    with pytest.raises(DataError, match="is an HDF5 file, but not a run"):
        open_run(tmp_path / "x.h5")


def set_text(name, text):
    kind = h5py.string_dtype("utf-8", len(text))
    return lambda file: file.attrs.create(name, np.array(text.encode(), kind), dtype=kind)


def test_a_newer_major_version_is_refused_and_a_minor_one_read(run):
    edit(run, set_text("format_version", "1.7"))
    assert open_run(run).title == "a small run"
    edit(run, set_text("format_version", "2.0"))
    with pytest.raises(DataError, match=r"format_version 2\.0, .* reads 1\.x; use a newer"):
        open_run(run)


BROKEN = {
    "no scenario": lambda file: file.__delitem__("scenario"),
    "no layers": lambda file: file.__delitem__("layers"),
    "no plugins": lambda file: file["provenance"].__delitem__("plugins"),
    "no version": lambda file: file.attrs.__delitem__("format_version"),
    "version in words": set_text("format_version", "one"),
    "unknown state": set_text("state", "asleep"),
    "state as a number": lambda file: file.attrs.create("state", 1),
    "title not in UTF-8": lambda file: file.attrs.create("title", np.bytes_(b"\xff\xfe")),
    "steps as a text": set_text("steps_done", "many"),
    "layer without order": lambda file: file["layers/conv"].attrs.__delitem__("order"),
    "layer is an array": lambda file: file["layers"].create_dataset("odd", data=1.0),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_run_with_something_missing_is_told(run, change):
    edit(run, change)
    with pytest.raises(DataError, match=r"run\.h5: is damaged"):
        open_run(run)


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000], ids=lambda t: t[:5] or "empty")
def test_a_scenario_that_is_no_table_is_told(run, text):
    def change(file):
        del file["scenario/config_json"]
        kind = h5py.string_dtype("utf-8", max(1, len(text)))
        value = np.array(text.encode(), kind)
        file["scenario"].create_dataset("config_json", data=value, dtype=kind)

    edit(run, change)
    with pytest.raises(DataError, match="damaged"):
        open_run(run)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(run):
    (run / "run.h5").chmod(0)
    with pytest.raises(DataError, match="may not be read"):
        open_run(run)


def test_state_of_another_size_than_it_says_is_told(run):
    edit(run, lambda file: file["layers/conv/w"].attrs.create("tensor_shape", [4, 2, 3, 4]))
    with pytest.raises(DataError, match="damaged"):
        open_run(run).final_state()


# Reading


def test_a_snapshot_that_was_not_kept_is_told(run):
    with pytest.raises(DataError, match=r"no state was kept at step 3; snapshots there: 0, 10"):
        open_run(run).snapshot(3)


def test_a_layer_without_a_snapshot_is_told(tmp_path):
    begin(tmp_path).close("interrupted", 0)
    with pytest.raises(DataError, match="no state was kept at any step"):
        open_run(tmp_path).final_state()


def test_the_file_is_free_after_the_with_statement(run):
    with open_run(run) as opened:
        layer = opened.layers["conv"]
    for read in (opened.final_state, opened.is_intact, lambda: layer.series["w_norm"]):
        with pytest.raises(DataError, match="was closed; open it again"):
            read()
    edit(run, set_text("title", "renamed"))
    assert open_run(run).title == "renamed"


def test_reading_changes_nothing(run):
    before = (run / "run.h5").read_bytes()
    with open_run(run) as opened:
        opened.final_state()
        assert opened.is_intact()
        json.dumps(opened.scenario)
    assert (run / "run.h5").read_bytes() == before


def test_rows_after_the_last_flush_are_left_out(run):
    """As in the file of a killed process, of which more may have reached the disk than was flushed."""

    def change(file):
        set_text("state", "running")(file)
        file.attrs["steps_done"] = np.int32(6)
        file["layers/conv/step"][8:] = -1

    edit(run, change)
    opened = open_run(run)
    assert opened.layers["conv"].steps == (1, 2, 3, 4, 5, 6)
    steps, values = opened.layers["conv"].series["corrected"]
    assert steps.tolist() == values.tolist() == [1, 2, 3, 4, 5, 6]
    assert opened.layers["both"].series["near.norm"].steps.tolist() == [5]
    assert opened.metrics["linear/test"]["accuracy"].steps.tolist() == [5]


def test_a_snapshot_without_its_step_is_left_out(run):
    edit(run, lambda file: file["layers/conv/snapshot_step"].__setitem__(1, -1))
    opened = open_run(run)
    assert opened.layers["conv"].snapshot_steps == (0,)
    assert torch.equal(opened.snapshot(0)["conv"]["w"], state(0)["conv"]["w"])


WRITING = """
import sys
import h5py
file = h5py.File(sys.argv[1], "r+")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="files are locked in other ways")
def test_a_run_that_is_being_written_is_told(run):
    command = [sys.executable, "-c", WRITING, str(run / "run.h5")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"open\n"
        with pytest.raises(DataError, match="being written by a run"):
            open_run(run)
        writer.communicate()
    assert_close(open_run(run).final_state()["conv"]["w"], state(10)["conv"]["w"])

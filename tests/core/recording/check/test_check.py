"""What `check` finds: one thing wrong at a time, and all of them at once."""

import json
import os
import shutil

import h5py
import numpy as np
import pytest
from support.recordings import record

from neuroplast.cli import main
from neuroplast.errors import DataError
from neuroplast.recording import check as package
from neuroplast.recording import folder as folders
from neuroplast.recording.check.file import found_in_file
from neuroplast.recording.check.folder import found_in_folder
from neuroplast.recording.check.layout import wrong_layout
from neuroplast.recording.check.values import odd_values
from neuroplast.recording.folder import Segment
from neuroplast.recording.lock import Lock


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    root = tmp_path_factory.mktemp("check")
    record(root / "done")
    record(root / "stopped", commits=(3, 5), closed="interrupted")
    return root


@pytest.fixture
def root(recorded, tmp_path):
    return shutil.copytree(recorded, tmp_path / "runs")


@pytest.fixture
def file(root):
    with h5py.File(root / "done" / "run.h5", "r+") as opened:
        yield opened


def told(found):
    return [(str(severity), place, what) for severity, place, what, _ in found]


# Whole runs


def test_a_whole_run_passes(root):
    assert list(package.check(root / "done")) == []
    assert list(package.check(root / "done" / "run.h5")) == []


def test_a_stopped_run_is_a_warning_and_passes(root, capsys):
    (found,) = package.check(root / "stopped")
    assert (found.severity, found.file, found.fails) == ("warning", str(root / "stopped"), False)
    assert found.what == "holds a run that was interrupted"
    assert found.remedy == f"neuroplast resume {root / 'stopped'} goes on from its last commit"
    assert main(["check", str(root / "stopped")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{root / 'stopped'}: 1 warning"


# The layout


def remove(place):
    return lambda file: file.__delitem__(place)


def drop(place, name):
    return lambda file: file[place].attrs.__delitem__(name)


def put(place, name, value):
    stored = np.bytes_(value) if isinstance(value, bytes) else value
    return lambda file: file[place].attrs.create(name, stored)


def longer(file):
    file["layers/conv/w_norm"].resize(12, axis=0)


def unattached(file):
    axis = file["layers/conv/w_norm"].dims[1]
    axis.detach_scale(file["layers/conv/neuron"])


def no_json(file):
    data_set = file["scenario/config_json"]
    data_set[()] = np.array(b"{" * 9, data_set.dtype)


def replaced(name, **options):
    def change(file):
        attributes = dict(file[name].attrs)
        del file[name]
        data_set = file.create_dataset(name, **options)
        for key in ("units", "long_name", "dims"):
            data_set.attrs[key] = attributes[key]

    return change


WRONG = {
    "no state": (drop("/", "state"), "error", "/", "lacks the attribute state"),
    "another state": (put("/", "state", b"asleep"), "error", "/", "state is 'asleep'"),
    "killed": (put("/", "state", b"running"), "warning", "/", "never ended"),
    "steps in words": (
        put("/", "steps_done", b"ten"),
        "error",
        "/",
        "steps_done is not a whole number",
    ),
    "version": (put("/", "format_version", b"x"), "error", "/", "format_version is 'x'"),
    "next version": (put("/", "format_version", b"2.0"), "critical", "/", "reads 1.x"),
    "newer version": (put("/", "format_version", b"1.9"), "note", "/", "newer than"),
    "no metrics": (remove("metrics"), "error", "/metrics", "is missing, or no group"),
    "no plugins": (remove("provenance/plugins"), "error", "/provenance/plugins", "is missing"),
    "no config": (remove("scenario/config_json"), "error", "/scenario/config_json", "is missing"),
    "config": (no_json, "error", "/scenario/config_json", "is no JSON"),
    "no order": (
        drop("layers/conv", "order"),
        "error",
        "/layers/conv",
        "lacks the attribute order",
    ),
    "no steps": (remove("layers/sum/step"), "error", "/layers/sum/step", "is missing"),
    "no units": (
        drop("layers/conv/w", "units"),
        "error",
        "/layers/conv/w",
        "does not say its units",
    ),
    "statistic": (
        put("layers/conv/late", "statistic", b"median"),
        "error",
        "/layers/conv/late",
        "statistic is 'median'",
    ),
    "dims": (
        put("layers/conv/late", "dims", b"step,neuron"),
        "error",
        "/layers/conv/late",
        "names 2 dimensions and has 1",
    ),
    "other dims": (
        put("layers/conv/late", "dims", b"time"),
        "error",
        "/layers/conv/late",
        "dimension 'time' has no scale",
    ),
    "too long": (
        longer,
        "error",
        "/layers/conv/w_norm",
        "dimension 'step' has 12 entries, its scale [10]",
    ),
    "unattached": (
        unattached,
        "error",
        "/layers/conv/w_norm",
        "dimension 'neuron' is not attached",
    ),
    "unchecked": (
        replaced("layers/conv/size_5", data=np.arange(5)),
        "warning",
        "/layers/conv/size_5",
        "no checksum for each chunk",
    ),
    "tensor shape": (
        put("layers/conv/w", "tensor_shape", [4, 2, 3, 4]),
        "error",
        "/layers/conv/w",
        "tensor_shape [4, 2, 3, 4] does not fit",
    ),
    "name": (
        lambda f: f.move("layers/sum", "layers/a%zz"),
        "warning",
        "/layers/a%zz",
        "a name that neuroplast does not give",
    ),
    "odd name": (
        lambda f: f.move("layers/sum", "layers/a\x1bb"),
        "warning",
        "/layers/a\ufffdb",
        "do not print",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_departure_from_the_layout_is_told(file, name):
    change, severity, place, what = WRONG[name]
    assert told(wrong_layout(file)) == []
    change(file)
    found = [wrong for wrong in told(wrong_layout(file)) if what in wrong[2]]
    assert [(severity, place)] == [wrong[:2] for wrong in found]


# The values

ODD = {
    "order": (("layers/conv/step", 3, 9), "error", "step 5 follows step 9"),
    "repeated": (("layers/conv/step", 3, 3), "error", "step 3 follows step 3"),
    "too far": (("layers/conv/step", 9, 11), "error", "outside of 0 to 10"),
    "snapshot": (("layers/conv/snapshot_step", 0, 10), "error", "step 10 follows step 10"),
    "weights": (("layers/conv/w", (1, 0, 0), np.nan), "warning", "is not finite from row 1 on"),
    "series": (("layers/conv/w_norm", (7, 2), np.inf), "warning", "is infinite from row 7 on"),
    "text": (("events/message", 0, b"\xff\xfe"), "error", "row 0 is not UTF-8"),
}


@pytest.mark.parametrize("name", ODD)
def test_each_odd_value_is_told(file, name):
    (place, row, value), severity, what = ODD[name]
    assert told(odd_values(file)) == []
    file[place][row] = value
    ((found, where, said),) = told(odd_values(file))
    assert (found, where) == (severity, f"/{place}")
    assert what in said


def test_nan_in_a_series_is_a_row_that_is_missing(file):
    file["layers/conv/w_norm"][2] = np.nan
    assert told(odd_values(file)) == []


# The file


def test_a_file_that_cannot_be_opened_is_critical(root):
    path = root / "done" / "run.h5"
    for content in (b"", b"text", path.read_bytes()[:3000]):
        path.write_bytes(content)
        (found,) = found_in_file(str(path))
        assert found["severity"] == "critical"
        assert found["remedy"]


def test_a_flipped_bit_and_a_foreign_attribute_are_told_together(root):
    path = root / "done" / "run.h5"
    with h5py.File(path, "r+") as file:
        offset = file["layers/conv/w"].id.get_chunk_info(0).byte_offset
        file["metrics"].attrs["odd"] = 1
        file["layers/conv/rule.theta"][0, 0] = np.nan
    content = bytearray(path.read_bytes())
    content[offset] ^= 16
    path.write_bytes(content)
    found = [(f.severity, f.place, f.what) for f in package.check(root / "done")]
    assert ("error", "/metrics") in [f[:2] for f in found]
    assert any(f[1] == "/layers/conv/w" and "cannot be read" in f[2] for f in found)
    assert any(f[1] == "/layers/conv/rule.theta" and "not finite" in f[2] for f in found)
    assert main(["check", str(root / "done"), "--json"]) == 1


def test_a_checkpoint_is_checked(root):
    checkpoint = root / "stopped" / folders.checkpoint_name(5)
    assert list(found_in_file(str(checkpoint))) == []
    with h5py.File(checkpoint, "r+") as file:
        file.attrs["step"] = 6
    (found,) = found_in_file(str(checkpoint))
    assert (found["severity"], found["place"]) == ("error", "/")


def test_another_hdf5_file_is_no_run(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = 1
    (found,) = found_in_file(str(tmp_path / "x.h5"))
    assert "is not the file of a run" in found["what"]


# The folder


def in_folder(path):
    return [(f["severity"], f["place"], f["what"]) for f in found_in_folder(str(path))][:-1]


def test_what_was_left_behind_is_told(root):
    stopped = root / "stopped"
    (stopped / "seg-1.tmp").touch()
    (stopped / "lock").write_text(
        json.dumps({"host": os.uname().nodename, "pid": 1, "boot": "", "begun": ""})
    )
    assert [found[:2] for found in in_folder(stopped)] == [
        ("warning", "lock"),
        ("warning", "seg-1.tmp"),
    ]


def test_a_run_that_is_written_is_a_note(root):
    lock = Lock(root / "stopped")
    lock.take()
    (found,) = found_in_folder(str(root / "stopped"))
    assert found["severity"] == "note"
    assert f"is being written by process {os.getpid()}" in found["what"]
    lock.release()


def test_every_gap_is_told(root):
    stopped = root / "stopped"
    (stopped / Segment(0, 3).name).unlink()
    (stopped / Segment(5, 10).name).unlink()
    (stopped / Segment(3, 5).name).rename(stopped / Segment(4, 5).name)
    found = [(f["severity"], f["place"], f["what"]) for f in found_in_folder(str(stopped))]
    name = Segment(4, 5).name
    assert ("error", name, "the segment from step 0 to 4 is missing") in found
    assert ("error", name, "says that it goes from step 3 to 5") in found


def test_segments_that_a_checkpoint_tells_of_are_missed(root):
    for segment in (Segment(3, 5), Segment(5, 10)):
        (root / "stopped" / segment.name).unlink()
    found = [(f["place"], f["what"]) for f in found_in_folder(str(root / "stopped"))]
    assert (folders.checkpoint_name(5), "the segments from step 3 to 5 are missing") in found


def test_a_segment_of_another_run_is_told(root, tmp_path):
    record(tmp_path / "other", commits=(3, 5), closed="interrupted", seed=8)
    name = Segment(3, 5).name
    shutil.copy(tmp_path / "other" / name, root / "stopped" / name)
    found = [(f["place"], f["what"]) for f in found_in_folder(str(root / "stopped"))]
    assert (name, f"has another /scenario than {Segment(0, 3).name}") in found


def test_a_description_that_cannot_be_read_is_an_error(root):
    (root / "stopped" / "run.json").write_text("{")
    found = [(f["severity"], f["place"]) for f in found_in_folder(str(root / "stopped"))]
    assert ("error", "run.json") in found


def test_what_is_left_beside_the_one_file_is_a_note(root):
    shutil.copy(root / "stopped" / Segment(0, 3).name, root / "done")
    (found,) = found_in_folder(str(root / "done"))
    assert (found["severity"], found["place"]) == ("note", Segment(0, 3).name)


# The command


def test_a_folder_of_runs_is_told_worst_first(root, capsys):
    (root / "done" / "run.h5").write_bytes(b"no")
    assert main(["check", str(root)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["severity", "critical", "warning"]
    assert lines[-1] == f"{root}: 1 critical, 1 warning"


def test_json(root, capsys):
    assert main(["check", str(root / "stopped"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passed"]
    assert set(found["findings"][0]) == {"severity", "file", "place", "what", "remedy"}


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        list(package.check(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="holds no run"):
        list(package.check(tmp_path))

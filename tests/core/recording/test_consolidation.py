"""One file of many segments: the same content wherever the run was cut."""

import shutil

import h5py
import pytest
import torch
from support.recordings import begin, record, state

from neuroplast.errors import DataError
from neuroplast.recording import consolidation, folder
from neuroplast.recording.consolidation import consolidate
from neuroplast.recording.digest import content_sha256
from neuroplast.recording.folder import Segment
from neuroplast.recording.manifest import differences
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import Series


def digest(path):
    with h5py.File(path, "r") as file:
        assert differences(file) == []
        assert file["provenance"].attrs["content_sha256"].decode() == content_sha256(file)
        return content_sha256(file)


def in_segments(path, commits=(0, 4, 5), **changes):
    """A run that is not brought into one file."""
    return record(path, commits, closed="interrupted", **changes)


def one_file(path, target="one.h5"):
    consolidate(path, folder.segments(path), path / target, "complete", 10, "[]")
    return path / target


@pytest.mark.parametrize("commits", [(0,), (4,), range(11)], ids=str)
def test_the_content_does_not_depend_on_where_the_run_was_cut(tmp_path, commits):
    """Series that begin late, and rows that are shared across a commit, among it."""
    whole, cut = record(tmp_path / "whole", ()), record(tmp_path / "cut", commits)
    assert digest(whole / "run.h5") == digest(cut / "run.h5")


def test_the_same_segments_give_the_same_bytes_elsewhere(tmp_path):
    first = in_segments(tmp_path / "one")
    shutil.copytree(first, tmp_path / "other")
    assert one_file(first).read_bytes() == one_file(tmp_path / "other").read_bytes()
    assert one_file(first, "again.h5").read_bytes() == (first / "one.h5").read_bytes()


def test_what_is_too_large_for_memory_is_put_together_on_disk(tmp_path, monkeypatch):
    path = in_segments(tmp_path)
    inside = digest(one_file(path, "inside.h5"))
    monkeypatch.setattr(consolidation, "IN_MEMORY", 0)
    monkeypatch.setattr(consolidation, "BLOCK_BYTES", 1)  # row by row
    assert digest(one_file(path, "outside.h5")) == inside


@pytest.mark.parametrize("room", [0, 1_000, 50_000, 100_000, 120_000])
def test_a_disk_that_is_full_on_the_way_is_told(tmp_path, monkeypatch, room):
    """Wherever it is; HDF5 itself would leave half a file, and may crash."""
    path = in_segments(tmp_path)
    assert one_file(path, "whole.h5").stat().st_size > 120_000
    monkeypatch.setattr(consolidation, "IN_MEMORY", 0)
    kept = consolidation._Disk.__init__

    class Full:
        def __init__(self, raw):
            self.raw, self.room = raw, room

        def write(self, data):
            self.room -= len(data)
            if self.room < 0:
                raise OSError(28, "No space left on device")
            return self.raw.write(data)

        def __getattr__(self, name):
            return getattr(self.raw, name)

    monkeypatch.setattr(consolidation._Disk, "__init__", lambda own, raw: kept(own, Full(raw)))
    with pytest.raises(OSError, match="No space left"):
        one_file(path)


def test_no_room_on_disk_is_known_before_anything_is_written(tmp_path, monkeypatch):
    path = in_segments(tmp_path)
    monkeypatch.setattr(consolidation, "IN_MEMORY", 0)
    monkeypatch.setattr(consolidation, "MARGIN", 2**62)
    with pytest.raises(OSError, match="No space left"):
        one_file(path)
    assert not (path / "one.h5").exists()


@pytest.mark.parametrize("commits", [(0,), (1, 2, 3)], ids=str)
def test_rows_are_shared_and_completed_across_a_commit(tmp_path, commits):
    """Also a snapshot of the same step, of which the later one counts."""
    recorder = begin(tmp_path)
    for step in (1, 2, 3):
        recorder.series("conv", step, {"a": Series(float(step), "a")})
        recorder.snapshot(step, {"conv": {"rule.theta": torch.zeros(4)}})
        if step in commits:
            recorder.commit(step, {})
        recorder.series("conv", step, {"b": Series(torch.ones(4) * step, "b")})
        recorder.snapshot(step, {"conv": {"rule.theta": torch.ones(4) * step}})
    recorder.close("complete", 3)
    run = open_run(tmp_path)
    series = run.layers["conv"].series
    assert series["a"].steps.tolist() == series["b"].steps.tolist() == [1, 2, 3]
    assert series["a"].values.tolist() == [1, 2, 3]
    assert series["b"].values[:, 0].tolist() == [1, 2, 3]
    assert run.snapshot_steps == (1, 2, 3)
    assert [run.snapshot(s)["conv"]["rule.theta"][0].item() for s in (1, 2, 3)] == [1, 2, 3]


def test_a_series_that_pauses_is_not_a_number_there(tmp_path):
    recorder = begin(tmp_path)
    for step in range(1, 7):
        recorder.series("conv", step, {"all": Series(1.0, "all")})
        if step not in (3, 4, 6):
            recorder.series("conv", step, {"some": Series(torch.ones(4), "some")})
        recorder.commit(step, {})
    recorder.close("complete", 6)
    found = open_run(tmp_path).layers["conv"].series["some"]
    assert found.steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert found.values[:, 0].isnan().tolist() == [False, False, True, True, False, True]


@pytest.mark.parametrize("commits", [(), (0,)], ids=["none", "one"])
def test_a_run_without_a_step_becomes_one_file_too(tmp_path, commits):
    recorder = begin(tmp_path)
    recorder.snapshot(0, state(0))
    for step in commits:
        recorder.commit(step, {})
    recorder.metrics("ridge", 0, {"accuracy": 50.0})
    recorder.close("complete", 0)
    run = open_run(tmp_path)
    assert (run.state, run.steps_done, run.snapshot_steps) == ("complete", 0, (0,))
    assert run.metrics["ridge"]["accuracy"].values.tolist() == [50.0]
    assert digest(tmp_path / "run.h5")


def test_names_do_not_depend_on_where_the_run_was_cut(tmp_path):
    """A series and state of one name, and a scale that both ask for, with other sizes."""
    digests = []
    for commits in (range(4), ()):
        path = tmp_path / str(len(commits))
        recorder = begin(path)
        for step in range(1, 4):
            values = {"rule.m": Series(1.0, "m"), "near": Series(2.0, "as a projection")}
            values["map"] = Series(torch.ones(3, 7) * step, "map", dims=("neuron", "channel"))
            recorder.series("both", step, values)
            if step > 1:
                memory = {"rule.m": torch.ones(3), "normalisation.mean": torch.ones(2) * step}
                recorder.snapshot(step, {"both": memory})
            if step in commits:
                recorder.commit(step, {})
        recorder.close("complete", 3)
        digests.append(digest(path / "run.h5"))
        run = open_run(path)
        assert set(run.layers["both"].series) == {"rule.m", "near", "map"}
        assert run.layers["both"].series["map"].values[:, 2, 6].tolist() == [1, 2, 3]
        assert run.final_state()["both"]["rule.m"].tolist() == [1] * 3
        assert run.final_state()["both"]["normalisation.mean"].tolist() == [3, 3]
        with h5py.File(path / "run.h5") as file:
            assert file["layers/both/normalisation.mean"].attrs["dims"] == b"snapshot_step,channel"
            assert file["layers/both/map"].attrs["dims"] == b"step,neuron,size_7"
    assert digests[0] == digests[1]


def test_how_the_run_came_about_is_kept_beside_the_content(tmp_path):
    path = in_segments(tmp_path)
    digests = set()
    for n, executions in enumerate(("[]", '[{"host": "a"}]')):
        target = path / f"{n}.h5"
        consolidate(path, folder.segments(path), target, "complete", 10, executions)
        digests.add(digest(target))
        with h5py.File(target) as file:
            assert file["provenance/executions"][()].decode() == executions
            assert "segment_start" not in file.attrs
    assert len(digests) == 1


# What is refused


def test_a_segment_that_was_changed_is_refused_by_name(tmp_path):
    path = in_segments(tmp_path)
    segment = path / Segment(0, 4).name
    with h5py.File(segment, "r+") as file:
        file.attrs.modify("title", file.attrs["title"].upper())
    with pytest.raises(DataError, match=rf"{segment.name}: is damaged \(/ is not what was written"):
        one_file(path)
    assert not (path / "one.h5").exists()


def test_a_series_of_another_shape_later_on_is_refused_by_name(tmp_path):
    recorder = begin(tmp_path)
    recorder.series("conv", 1, {"map": Series(torch.ones(2), "map", dims=("x",))})
    recorder.commit(1, {})
    recorder.series("conv", 2, {"map": Series(torch.ones(3), "map", dims=("x",))})
    recorder.commit(2, {})
    with pytest.raises(
        DataError, match=r"/layers/conv/map has values of shape \(3,\), and before \(2,\)"
    ):
        recorder.close("complete", 2)
    assert folder.segments(tmp_path) == [Segment(0, 1), Segment(1, 2)]

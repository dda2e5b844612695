"""Whether a file is what was written, also where it is one that crashes who reads it."""

import h5py
import pytest
from support.recordings import record

from neuroplast.errors import DataError
from neuroplast.recording import folder, guard
from neuroplast.recording.folder import Segment
from neuroplast.recording.intact import check_intact, damaged


@pytest.fixture
def path(tmp_path):
    """A run in segments, that has not ended."""
    return record(tmp_path / "run", (0, 4, 5), closed="interrupted")


@pytest.fixture
def segment(path):
    """One of its segments."""
    return path / Segment(0, 4).name


def test_what_was_written_is_intact(path):
    """Segments and checkpoints."""
    files = sorted(path.glob("*.h5"))
    assert {file.name[:4] for file in files} == {"seg-", "ckpt"}
    for file in files:
        check_intact(file)
    assert damaged(files) == {}


def test_a_file_that_is_cut_short_changed_or_leads_elsewhere_is_refused(segment):
    content = segment.read_bytes()
    segment.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=f"{segment.name}: is damaged"):
        check_intact(segment)
    segment.write_bytes(content)
    with h5py.File(segment, "r+") as file:
        file.attrs.modify("title", file.attrs["title"].upper())
    with pytest.raises(DataError, match=r"damaged \(/ is not what was written\).*bring that back"):
        check_intact(segment)
    segment.write_bytes(content)
    with h5py.File(segment, "r+") as file:
        file["layers/stolen"] = h5py.ExternalLink("other.h5", "/secret")
    with pytest.raises(DataError, match="a link into another file"):
        check_intact(segment)


def test_of_many_files_those_that_are_damaged_are_named(path, segment):
    segment.write_bytes(segment.read_bytes()[:-500])
    found = damaged([segment, *(path / s.name for s in folder.segments(path))])
    assert list(found) == [segment]
    assert f"{segment.name}: is damaged" in found[segment]


def test_a_file_that_crashes_its_reader_is_refused_by_name(path, segment, monkeypatch):
    """The process that reads ends before its time, as it does where HDF5 crashes."""

    class Crashing(guard.Spawned):
        def __init__(self, request):
            super().__init__({**request, "job": "check file", "seconds": 0})

    monkeypatch.setattr(guard, "start", Crashing)
    found = damaged([segment, path / Segment(4, 5).name])
    assert "cannot be read: the process that read it" in found[segment]
    assert found.keys() == {segment, path / Segment(4, 5).name}

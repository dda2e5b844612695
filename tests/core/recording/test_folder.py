"""How files get into a run folder, and what their names say."""

import json
import os

import pytest

from neuroplast.errors import DataError
from neuroplast.recording import folder
from neuroplast.recording.folder import Segment

NAMES = (
    *("seg-0000000000-0000000000.h5", "seg-0000000000-0000000004.h5"),
    *("seg-0000000004-20000000000.h5", "ckpt-0000000004.h5", "ckpt-20000000000.h5"),
)
OTHERS = ("seg-0-4.h5", "seg-0000000004-0000000009.h5.tmp", "my-ckpt-0000000004.h5", "lock")


def test_names_say_what_a_file_holds_and_order_by_step(tmp_path):
    for name in (*reversed(NAMES), *OTHERS):
        (tmp_path / name).touch()
    assert folder.segments(tmp_path) == [Segment(0, 0), Segment(0, 4), Segment(4, 20_000_000_000)]
    assert [s.name for s in folder.segments(tmp_path)] == list(NAMES[:3])
    assert folder.checkpoints(tmp_path) == [4, 20_000_000_000]
    assert [folder.checkpoint_name(step) for step in (4, 20_000_000_000)] == list(NAMES[3:])
    assert folder.leftovers(tmp_path) == ["seg-0000000004-0000000009.h5.tmp"]


@pytest.mark.parametrize(
    ("known", "last", "told"),
    [
        ([], None, ""),
        ([(0, 0), (0, 4), (4, 4)], (4, 4), ""),
        ([(0, 0), (3, 4)], None, "from step 0 to 3 is missing"),
        ([(2, 4)], None, "from step 0 to 2 is missing"),
        ([(0, 0), (0, 4)], (4, 9), "seg-0000000004-0000000009.h5 is missing"),
        ([], (0, 0), "seg-0000000000-0000000000.h5 is missing"),
    ],
)
def test_segments_that_are_missing_are_named(known, last, told):
    found = folder.missing([Segment(*s) for s in known], last and Segment(*last))
    assert told in found
    assert bool(found) == bool(told)


def test_a_file_appears_complete_and_on_disk(tmp_path, monkeypatch):
    seen, kept = [], os.fsync
    (tmp_path / "a").write_text("before")

    def fsync(handle):
        seen.append((tmp_path / "a").read_text())
        kept(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    folder.put(tmp_path / "a", lambda path: path.write_text("after"))
    assert seen == ["before", "after"]  # its content before the name, the name after
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt(), ValueError("odd")])
def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path, error):
    (tmp_path / "a").write_text("before")

    def half(path):
        path.write_text("aft")
        raise error

    with pytest.raises(type(error)):
        folder.put(tmp_path / "a", half)
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "before"


def test_a_folder_with_a_description_or_a_segment_holds_a_run(tmp_path):
    assert not folder.is_unfinished(tmp_path / "nowhere")
    assert not folder.is_unfinished(tmp_path)
    (tmp_path / NAMES[0]).touch()
    assert folder.is_unfinished(tmp_path)
    (tmp_path / NAMES[0]).unlink()
    folder.write_description(tmp_path, {"format": "neuroplast-run"})
    assert folder.is_unfinished(tmp_path)


def test_a_description_comes_back(tmp_path):
    said = {"format": "neuroplast-run", "state": "running", "header": {"title": "θ"}}
    folder.write_description(tmp_path, said)
    assert folder.describe(tmp_path) == said


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "[" * 100_000, '{"format": "other"}', json.dumps("x")], ids=len
)
def test_a_damaged_description_is_told(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(DataError, match=r"run\.json: (cannot be read|does not describe a run)"):
        folder.describe(tmp_path)


def test_what_cannot_be_removed_stays(tmp_path):
    (tmp_path / "a").mkdir()
    folder.remove(tmp_path / "a")
    folder.remove(tmp_path / "nowhere")
    assert (tmp_path / "a").is_dir()

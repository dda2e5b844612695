"""What holds for every format: found by itself, complete or not at all, and over nothing that is there."""

import importlib.util
import os
from pathlib import Path

import pytest

import neuroplast
from neuroplast import ConfigurationError, DataError
from neuroplast.exporting import facts
from neuroplast.exporting import format as formats
from neuroplast.exporting.formats import torch_state


def test_every_file_of_the_folder_is_a_format():
    folder = Path(torch_state.__file__).parent
    files = [p for p in folder.glob("*.py") if p.name != "__init__.py"]
    assert len(formats.all_formats()) == len(files) == 6
    for name, one in formats.all_formats().items():
        assert one.name == name
        assert bool(one.needs) == bool(one.extra)


def test_an_unknown_format_lists_all(run, tmp_path):
    with pytest.raises(ConfigurationError, match=r"xls: is no format .* csv, nwb, parquet, saf"):
        neuroplast.export(run, "xls", tmp_path / "x")


@pytest.mark.parametrize(("to", "package"), [("nwb", "pynwb"), ("tensorboard", "tensorboardX")])
def test_what_is_not_installed_is_named_with_its_extra(run, tmp_path, monkeypatch, to, package):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n: None if n == package else there(n))
    with pytest.raises(ConfigurationError, match=rf'needs {package}.*"neuroplast\[{to}\]"'):
        neuroplast.export(run, to, tmp_path / "x")


@pytest.mark.parametrize(("to", "option"), [("csv", {"step": 0}), ("torch", {"form": "long"})])
def test_an_option_that_a_format_does_not_read_is_refused(run, tmp_path, to, option):
    with pytest.raises(ConfigurationError, match=f"{to}: has no use for --{next(iter(option))}"):
        neuroplast.export(run, to, tmp_path / "x", **option)


def test_a_file_that_is_there_is_replaced_by_force_alone(run, tmp_path):
    file = tmp_path / "weights.pt"
    file.write_text("mine")
    with pytest.raises(ConfigurationError, match=r"weights\.pt: is there already.*--force"):
        neuroplast.export(run, "torch", file)
    assert file.read_text() == "mine"
    assert neuroplast.export(run, "torch", file, force=True) == [file]
    assert file.read_bytes()[:2] == b"PK"


def test_in_a_folder_files_of_other_names_stay(run, tmp_path):
    folder = tmp_path / "tables"
    written = neuroplast.export(run, "csv", folder)
    (folder / "mine.csv").write_text("mine")
    events = (folder / "events.csv").read_text()
    (folder / "events.csv").write_text("changed")
    with pytest.raises(ConfigurationError, match="is there already"):
        neuroplast.export(run, "csv", folder)
    assert (folder / "events.csv").read_text() == "changed"
    assert neuroplast.export(run, "csv", folder, force=True) == written
    assert (folder / "events.csv").read_text() == events
    assert (folder / "mine.csv").read_text() == "mine"


def test_a_link_to_nowhere_is_there_too(run, tmp_path):
    (tmp_path / "weights.pt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="is there already"):
        neuroplast.export(run, "torch", tmp_path / "weights.pt")


def test_what_fails_leaves_nothing(run, tmp_path, monkeypatch):
    def fail(recording, place, options):
        place.write_text("half")
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(torch_state.FORMAT, "write", fail, raising=False)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="No space left"):
        neuroplast.export(run, "torch", tmp_path / "weights.pt")
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("to", "out", "told"),
    [
        ("torch", "no/where.pt", "is in a folder that is not there"),
        ("torch", "run", "is a folder; give a file"),
        ("csv", "run/run.h5", "is a file; give a folder"),
    ],
)
def test_a_target_that_cannot_be_one(run, tmp_path, to, out, told):
    with pytest.raises(ConfigurationError, match=told):
        neuroplast.export(run, to, tmp_path / out, force=True)


def test_a_step_without_a_snapshot_names_those_there(run, tmp_path):
    with pytest.raises(DataError, match="no state was kept at step 3; snapshots there: 0, 8"):
        neuroplast.export(run, "torch", tmp_path / "weights.pt", step=3)
    assert not (tmp_path / "weights.pt").exists()


# Names


def test_names_become_one_that_tells_them_apart():
    assert facts.key("layer", "a.b/c") == "layer.a%2Eb%2Fc"
    assert facts.key("a", "b.c") != facts.key("a.b", "c")
    assert facts.key("..") == "%2E%2E"


def test_names_of_files_fit_any_file_system():
    one, other = (facts.file_name("layer", "x" * 300 + end, suffix=".csv") for end in "ab")
    assert one != other
    assert len(one) == len(other) < 160

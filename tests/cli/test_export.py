"""`export`: what it lists, writes, and refuses."""

import json

import pytest


@pytest.fixture
def run(cli, scenario, tmp_path):
    assert cli("run", scenario(), "--out", "here").code == 0
    return tmp_path / "here"


def test_without_a_format_all_are_listed(cli, run):
    answer = cli("export", "here")
    assert answer.code == 0
    names = [line.split()[0] for line in answer.out.splitlines()[1:]]
    assert names == ["csv", "nwb", "parquet", "safetensors", "tensorboard", "torch"]
    found = json.loads(cli("export", "here", "--json").out)
    assert [one["format"] for one in found] == names


def test_what_was_written_is_told(cli, run, tmp_path):
    answer = cli("export", "here", "--to", "csv", "--out", "tables")
    assert answer.code == 0
    told = [line.removeprefix("written: ") for line in answer.out.splitlines()]
    assert sorted(told) == sorted(f"tables/{p.name}" for p in (tmp_path / "tables").iterdir())
    assert "tables/layer.layer1.csv" in told
    answer = cli("export", "here", "--to", "torch", "--out", "w.pt", "--step", "0", "--json")
    assert json.loads(answer.out) == {"written": ["w.pt"]}


def test_nothing_is_overwritten_unless_forced(cli, run):
    words = ("export", "here", "--to", "torch", "--out", "w.pt")
    assert cli(*words).code == 0
    answer = cli(*words)
    assert answer.code == 2
    assert "w.pt: is there already" in answer.err
    assert cli(*words, "--force").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "torch"), "found no --out"),
        (("--out", "x"), "found no --to; name a format: csv, "),
        (("--to", "xls", "--out", "x"), "export --to xls: is no format"),
        (("--to", "torch", "--out", "x", "--form", "long"), "has no use for --form long"),
    ],
)
def test_what_cannot_be_meant(cli, run, words, told):
    answer = cli("export", "here", *words)
    assert answer.code == 2
    assert told in answer.err

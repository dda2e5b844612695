"""A set of runs that was stopped is completed, to the same numbers."""

import json

import h5py
import pytest
import torch

from neuroplast import DataError, registry, resuming, runs
from neuroplast.engine import Engine
from neuroplast.runset import Member, PlannedSet, read_set, write_set

LAYER = {
    "synapse": {"kind": "dense", "neurons": 4},
    "rule": "oja",
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.05},
}
GIVEN = {
    "presentations": 20,
    "batch": 10,
    "stimuli": {"kind": "gaussian_clusters", "clusters": 2, "inputs": 5, "train": 20, "test": 10},
    "layers": [LAYER],
    "readouts": "ridge",
    "conditions": [
        {"name": "learned"},
        {"name": "random", "set": {"phases.phase1.adapt": ["statistics"]}},
    ],
}
PLANNED = PlannedSet("t", {"a": {"x": 1}}, (Member("a", 3, "a-seed3"),), "cpu", 2)


@pytest.fixture(autouse=True, scope="module")
def known():
    registry.use(registry.load())
    yield
    registry.use(None)


def run_set(path):
    return runs.run_set(GIVEN, seeds=[0, 4], out=path, device="cpu", threads=1)


def digests(path):
    found = {}
    for file in sorted(path.glob("*/run.h5")):
        with h5py.File(file) as opened:
            found[file.parent.name] = bytes(opened["provenance"].attrs["content_sha256"])
    return found


def test_a_set_that_was_stopped_is_completed(tmp_path, monkeypatch):
    """Of four runs one is done, one was stopped after its first step, and two had not begun."""
    whole = run_set(tmp_path / "whole")
    kept, engines = Engine._commit_if_asked, []

    def stopping(self):
        engines.append(self) if self not in engines else None
        self.requests.stop = "SIGTERM" if len(engines) == 2 else ""
        kept(self)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_commit_if_asked", stopping)
        with pytest.raises(KeyboardInterrupt):
            run_set(tmp_path / "cut")
    assert len(digests(tmp_path / "cut")) == 1
    told, before = [], torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        done = resuming.resume_set(tmp_path / "cut", tell=told.append)
    finally:
        torch.set_num_threads(before)
    assert [line.rpartition(": ")[2] for line in told] == [
        "goes on after step 1 of 2",
        *["had not begun, and begins"] * 2,
    ]
    assert digests(tmp_path / "cut") == digests(tmp_path / "whole")
    assert [(r.condition, r.seed, r.results) for r in done.runs] == [
        (r.condition, r.seed, r.results) for r in whole.runs
    ]
    results = [json.loads((tmp_path / n / "results.json").read_text()) for n in ("cut", "whole")]
    assert results[0] == results[1]
    again = resuming.resume_set(tmp_path / "cut", tell=told.append)
    assert [r.results for r in again.runs] == [r.results for r in whole.runs]
    assert len(told) == 3


def test_a_set_comes_back(tmp_path):
    write_set(tmp_path, PLANNED)
    assert read_set(tmp_path) == PLANNED


@pytest.mark.parametrize(
    "change",
    [
        *({"folder": name} for name in ("../a", "..", "", "/tmp", "a/b", ".")),
        {"condition": "other"},
        {"seed": "many"},
    ],
    ids=str,
)
def test_a_set_that_leads_elsewhere_is_refused(tmp_path, change):
    write_set(tmp_path, PLANNED)
    said = json.loads((tmp_path / "set.json").read_text())
    said["runs"][0] |= change
    (tmp_path / "set.json").write_text(json.dumps(said))
    with pytest.raises(DataError, match=r"set\.json: cannot be read .*one by one"):
        read_set(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000], ids=len)
def test_a_damaged_description_of_a_set_is_told(tmp_path, text):
    (tmp_path / "set.json").write_text(text)
    with pytest.raises(DataError, match=r"set\.json: cannot be read"):
        resuming.resume_set(tmp_path)

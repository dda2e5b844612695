"""A set of runs that was stopped is completed, to the same numbers."""

import json
import shutil

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


def run_set(path, **how):
    how = {"threads": 1, **how}
    return runs.run_set(GIVEN, seeds=[0, 4], out=path, device="cpu", **how)


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


@pytest.mark.slow
def test_runs_at_once_give_the_same_numbers(tmp_path):
    """As they are run, and where one is left over and resumed."""
    one, both = run_set(tmp_path / "one"), run_set(tmp_path / "both", jobs=2)
    assert digests(one.path) == digests(both.path)
    assert [(r.condition, r.seed, r.results, r.health) for r in one.runs] == [
        (r.condition, r.seed, r.results, r.health) for r in both.runs
    ]

    def written(done):
        return json.loads((done.path / "results.json").read_text())

    assert written(one) == written(both)
    for name in ("random-seed0", "learned-seed4"):
        shutil.rmtree(both.path / name)
    (both.path / "results.json").unlink()
    told = []
    resuming.resume_set(both.path, jobs=2, tell=told.append)
    assert sorted(told) == [
        f"{both.path / name}: had not begun, and begins"
        for name in ("learned-seed4", "random-seed0")
    ]
    assert digests(one.path) == digests(both.path)
    assert written(one) == written(both)


@pytest.mark.parametrize(
    ("here", "jobs", "each"), [(2, 2, 1), (5, 2, 2), (1, 4, 1), (8, 9, 2), (3, 1, 3)]
)
def test_runs_at_once_share_the_threads(tmp_path, monkeypatch, here, jobs, each):
    """There are four, so that no more go on at once."""
    asked = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: here)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.setattr(runs, "resume_set", lambda folder, **how: how["jobs"])
    assert run_set(tmp_path / "set", threads=None, jobs=jobs) == jobs
    assert asked[0] == each


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

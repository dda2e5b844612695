"""A run again, from its file alone: the same bits, or where they part, and what may be why."""

import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import h5py
import numpy as np
import pytest
import torch

import neuroplast
from neuroplast import ConfigurationError, DataError, Rule, execution, hookimpl, registry, runs
from neuroplast.recording.reader import open_run

PLUGIN = '''"""A rate of its own."""

from neuroplast import Progress, Rate, View, hookimpl


class Halved(Rate):
    """η = 0.5 · 2^-step, as Ωmega wrote it."""

    kind = "halved"

    def at(self, view: View, progress: Progress) -> float:
        return 0.5 * 2.0**-progress.step


@hookimpl
def rates() -> list[type[Rate]]:
    return [Halved]
'''


class Switched(Rule):
    """Δ = Σ g_i x_j until step `until`, and twice as much from then on."""

    kind: ClassVar[str] = "switched"
    until: ClassVar[int] = 10**9
    seen: ClassVar[list] = []

    def delta(self, view):
        self.seen.append(1)
        return view.outer(view.g) * (1.0 if len(self.seen) <= self.until else 2.0)


@pytest.fixture(autouse=True)
def known():
    """The built-in parts and those above."""
    registry.use(registry.load())
    double = SimpleNamespace(__name__="rerun_doubles")
    double.rules = hookimpl(lambda: [Switched])
    assert not registry.current().add(double).failures
    Switched.seen.clear()
    Switched.until = 10**9
    yield
    registry.use(None)


def tables(**changes):
    layer = {
        "synapse": {"kind": "dense", "neurons": 3},
        "rule": changes.pop("rule", "oja"),
        "scaling": "mean",
        "rate": changes.pop("rate", {"kind": "constant", "eta": 0.01}),
    }
    stimuli = {"kind": "gaussian_clusters", "clusters": 3, "inputs": 5, "train": 60, "test": 30}
    record = {"every": 2}
    return {"stimuli": stimuli, "layers": [layer], "readouts": "ridge", "record": record, **changes}


def run(out, seed=3, **changes):
    return runs.run(tables(**changes), seed=seed, out=out, device="cpu").path


def test_the_same_comes_out(tmp_path):
    path = run(tmp_path / "out")
    with open_run(path) as recording:
        was = recording.provenance["content_sha256"]
    found = neuroplast.rerun(path)
    assert (found.identical, found.differences, found.first) == (True, (), None)
    assert (found.recorded_sha256, found.again_sha256) == (was, was)
    assert found.again is None


def test_seed_condition_and_threads_are_those_of_the_record(tmp_path):
    conditions = [{"name": "slow", "set": {"layer1.rate.eta": 0.001}}, {"name": "fast"}]
    given = tables(conditions=conditions)
    path = runs.run(given, condition="slow", seed=7, out=tmp_path / "out", threads=2).path
    found = neuroplast.rerun(path / "run.h5", tmp_path / "again")
    assert found.identical
    assert found.again == tmp_path / "again"
    with open_run(found.again) as again:
        assert (again.seed, again.condition) == (7, "slow")
        assert again.provenance["cpu_threads"] == 2
    assert torch.get_num_threads() == 1


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = run(tmp_path / "out")
    neuroplast.rerun(path)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert [p.name for p in path.iterdir()] == ["run.h5"]


def test_the_first_difference_is_where_the_rule_began_to_differ(tmp_path):
    """60 stimuli in batches of 10 are 6 steps, sampled after 2, 4 and 6; the fourth is another."""
    path = run(tmp_path / "out", rule="switched")
    Switched.seen.clear()
    Switched.until = 3
    found = neuroplast.rerun(path)
    assert not found.identical
    assert (found.first.step, found.first.where) == (4, "layer1")
    steps = [d.step for d in found.differences]
    assert steps == sorted(steps)
    by_name = {(d.kind, d.name): d for d in found.differences}
    norm = by_name["layer", "dw_norm"]  # of the change at step 4: twice as long
    assert norm.other == pytest.approx(2 * norm.one)
    assert by_name["state", "w"].step == 6
    assert [r for r in found.reasons if not r.startswith("git_")] == []


def test_what_is_not_as_it_was_is_named(tmp_path, monkeypatch):
    path = run(tmp_path / "out")
    monkeypatch.setattr(execution, "packages", lambda: ("torch==1.0", "new==2"))
    found = neuroplast.rerun(path, threads=2)
    told = "\n".join(found.reasons)
    assert f"package torch: {version('torch')} recorded, 1.0 now" in told
    assert "package new: none recorded, 2 now" in told
    assert "cpu_threads: 1 recorded, 2 now" in told
    assert f"package numpy: {np.__version__} recorded, none now" in told


def test_other_stimuli_are_refused_with_both_hashes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).standard_normal((40, 5)).astype(np.float32)
    np.savez("mine.npz", x_train=x)
    given = {"stimuli": {"kind": "arrays", "file": "mine.npz"}, "readouts": []}
    path = run(tmp_path / "out", **given)
    assert neuroplast.rerun(path).identical
    with open_run(path) as recording:
        was = recording.data["sha256"]
    x[3, 2] += 1
    np.savez("mine.npz", x_train=x)
    with pytest.raises(DataError, match="bring back the data") as told:
        neuroplast.rerun(path, tmp_path / "again")
    assert was in str(told.value)
    assert (
        len(
            [
                word
                for word in str(told.value).replace(",", "").split()
                if len(word.strip(";")) == 64
            ]
        )
        == 2
    )
    assert list((tmp_path / "again").iterdir()) == []


def test_a_run_without_an_end_is_refused(tmp_path):
    class Stop:
        @hookimpl
        def layer_finished(self, run):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.run(tables(), out=tmp_path / "out", listeners=[Stop()])
    with pytest.raises(DataError, match=r"is interrupted after 6 of 6 steps.*neuroplast resume"):
        neuroplast.rerun(tmp_path / "out")


def test_a_damaged_record_is_refused(tmp_path):
    path = run(tmp_path / "out") / "run.h5"
    raw = bytearray(path.read_bytes())
    with h5py.File(path, "r") as file:
        at = file["layers/layer1/w"].id.get_chunk_info(0).byte_offset
    raw[at] ^= 1
    path.write_bytes(raw)
    with pytest.raises(DataError):
        neuroplast.rerun(path)


# Local files


@pytest.fixture
def with_plugin(tmp_path):
    """A run with a part of a local file, which is gone afterwards."""
    file = tmp_path / "gone" / "halved.py"
    file.parent.mkdir()
    file.write_text(PLUGIN, encoding="utf-8")
    registry.use(registry.load([file]))
    path = run(tmp_path / "out", rate="halved")
    shutil.rmtree(file.parent)
    registry.use(registry.load())
    return path


def test_a_local_file_is_in_the_record_by_its_text(with_plugin):
    with open_run(with_plugin) as recording:
        (file,) = recording.files
    assert (file.name, file.text) == ("halved.py", PLUGIN)


def test_a_file_whose_parts_take_no_part_is_not(tmp_path):
    file = tmp_path / "halved.py"
    file.write_text(PLUGIN, encoding="utf-8")
    registry.use(registry.load([file]))
    with open_run(run(tmp_path / "out")) as recording:
        assert recording.files == ()


def test_its_code_is_not_run_unless_it_is_trusted(with_plugin, tmp_path):
    with pytest.raises(ConfigurationError, match=r"halved\.py.*--trust-plugins"):
        neuroplast.rerun(with_plugin, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_where_it_is_trusted_the_same_comes_out_after_saying_so(with_plugin):
    told, before = [], registry.current()
    found = neuroplast.rerun(with_plugin, trust_plugins=True, tell=told.append)
    assert found.identical
    (line,) = told
    assert "executes the code of halved.py from the record" in line
    assert not Path(line.rpartition(" in ")[2]).exists()
    assert registry.current() is before
    with pytest.raises(ConfigurationError, match="halved"):
        before.get("rate", "halved")


def test_an_own_copy_of_the_same_text_is_trusted(with_plugin, tmp_path):
    file = tmp_path / "renamed.py"
    file.write_text(PLUGIN, encoding="utf-8")
    registry.use(registry.load([file]))
    told = []
    assert neuroplast.rerun(with_plugin, tell=told.append).identical
    assert told == []


def test_a_text_that_was_changed_is_refused(with_plugin):
    path = with_plugin / "run.h5"
    with h5py.File(path, "r+") as file:
        kept = file["scenario/files/0"]
        kept[()] = kept[()].replace(b"0.5 * 2.0", b"0.7 * 2.0")
    with pytest.raises(DataError, match="has sha256"):
        open_run(path)
    with pytest.raises(DataError):
        neuroplast.rerun(path, trust_plugins=True)

"""Every benchmark runs, as small as it goes. What it measures is not looked at here."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from support.pretend_gpu import pretend_gpu

FOLDER = Path(__file__).parents[1] / "benchmarks"
SMALL = {
    "step": ["--pairs=1", "--block=1", "--batch=2"],
    "features": ["--pairs=1", "--batch=2"],
    "head": ["--pairs=1", "--block=1", "--images=130", "--size=64", "--epochs=1"],
    "depthwise": ["--pairs=1", "--channels=8", "--side=8", "--kernel=3"],
    "krotov_hopfield": ["--pairs=1", "--neurons=20", "--batch=10", "--images=200"],
    "miconi": ["--pairs=1", "--batch=2"],
    "greedy": ["--net=deep", "--epochs=2", "--images=10", "--rounds=1"],
    "growth": ["--factor=2", "--rounds=1", "--largest=0.001"],
    "seeds": [
        "--scenario=sanger_components",
        "--set=presentations=20",
        "--seeds=2",
        "--rounds=1",
        "--pairs=1",
        "--stack=2",
    ],
    "command_line": ["--runs=1"],
}


def run(name, *words):
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SMALL)
def test_it_tells_of_what_it_timed(name, tmp_path):
    told = run(name, "--threads=1", *SMALL[name], f"--table={tmp_path / 'rows'}")
    rows = [json.loads(line) for line in (tmp_path / "rows").read_text().splitlines()]
    assert rows
    for row in rows:
        assert row["ours"] > 0
        assert row["what"] in told


def test_the_ceiling_is_made_of_every_product_of_the_step():
    told = run("ceiling", "--threads=1", "--steps=1", "--batch=1", "--precision=bf16")
    assert told.count(" drive ") == told.count(" outer product ") == 3
    assert "share of it" in told


def test_compiled_passes_give_what_the_engine_s_do(tmp_path):
    told = run("compiled", "--threads=1", "--pairs=1", "--layers=1")
    if "left out" in told:
        pytest.skip(told.splitlines()[-1])
    assert told.count("passes over ") == told.count("compiled in ") == 4


def test_the_gpu_s_is_gone_through_without_one():
    words = ["--device=cpu", "--steps=3", "--batch=2", "--images=20", "--seeds", "1", "2"]
    told = run("gpu", *words)
    assert "fp32 on" in told
    assert "bf16 on" in told
    assert told.count("a step of 2 seeds, eager: graphs are of CUDA devices") == 2
    assert told.count("a step as in a run, eager: graphs are of CUDA devices") == 2
    assert told.count("a whole run on random") == 2
    one, ten = re.findall(r"weights after +(1|10) steps, \|difference\| / \|w\|: (.*)", told)[:2]
    assert [float(d) for d in one[1].split(", ")] == [
        0,
        0,
        0,
    ]  # the same device, the same precision
    assert [float(d) for d in ten[1].split(", ")] == [0, 0, 0]


def test_the_gpu_s_is_gone_through_as_on_one(monkeypatch, capsys):
    monkeypatch.syspath_prepend(FOLDER)
    words = ["--steps=3", "--batch=2", "--images=40", "--seeds", "2", "--precision", "bf16"]
    monkeypatch.setattr(sys, "argv", ["gpu.py", *words])
    with pretend_gpu():
        runpy.run_path(str(FOLDER / "gpu.py"), run_name="__main__")
    told = capsys.readouterr().out
    assert "bf16 on no GPU" in told
    for line in (
        "a step as in a run, replayed:",
        "a step of 2 seeds, one graph:",
        "a whole run on",
    ):
        assert told.count(line) == 1
    assert "not replayed" not in told


def test_the_suite_runs_all_of_them():
    told = (FOLDER / "suite.py").read_text()
    apart = {"faults", "mutated_files", "machine", "plain", "timing", "suite", "gpu"}
    files = {path.stem for path in FOLDER.glob("*.py")} - apart
    assert {name for name in files if f'"{name}.py"' in told} == files


def test_their_results_become_one_table(tmp_path):
    words = ["--only", "miconi", "--threads=1", "--pairs=1", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, str(FOLDER / "suite.py"), *words], capture_output=True)
    assert done.returncode == 0
    page = (tmp_path / "bench.md").read_text()
    assert page.startswith("# Benchmarks")
    assert "| step of Miconi's net, batch 100 |" in page

"""Some hundred mutated run files: `check` and `inspect` end with a sentence, whatever HDF5 does.

benchmarks/mutated_files.py takes thousands.
"""

import os
import runpy
import shutil
import subprocess
import sys

import pytest
from support.pages import ROOT

BENCHMARK = ROOT / "benchmarks" / "mutated_files.py"


@pytest.fixture(scope="module")
def mutated():
    return runpy.run_path(str(BENCHMARK))


def test_mutants_are_the_same_every_time_and_differ_from_the_original(mutated, tmp_path):
    original = tmp_path / "run.h5"
    original.write_bytes(bytes(range(256)) * 64)
    kinds = set()
    for index in range(100, 200):
        _, kind, content = mutated["mutant"]([original], index, seed=0)
        assert (kind, content) == mutated["mutant"]([original], index, seed=0)[1:]
        kinds.add(kind)
    assert kinds == {"flipped", "renumbered", "swapped", "zeroed", "cut"}
    lengths = [len(mutated["mutant"]([original], index, 0)[2]) for index in range(100)]
    assert lengths == [256 * 64 * percent // 100 for percent in range(100)]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="reads in forked processes")
def test_no_mutant_makes_a_command_fail(tmp_path):
    """A share of each kind, in a process of its own, since torch is in this one and forks would inherit it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    (tmp_path / "originals").mkdir()
    shutil.copy(ROOT / "tests" / "data" / "run-1.0.h5", tmp_path / "originals" / "old.h5")
    (tmp_path / "originals" / "done").mkdir()  # so that no other is made
    command = [sys.executable, str(BENCHMARK), str(tmp_path), "--count", "200", "--every", "4"]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told = {
        what: int(count)
        for count, what in (line.split(None, 1) for line in answer.stdout.splitlines())
    }
    assert (told["files"], told["failures of a command"]) == (50, 0)
    assert told["kind: cut"] >= 25
    assert told["check: refused or told"] >= 25

"""A small share of benchmarks/faults.py: stops at fixed places, with seeds of their own, and what is lost then."""

import os
import re
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "faults.py"


def test_runs_that_are_stopped_lose_nothing_and_go_on_to_the_same_numbers(tmp_path):
    only = ["dense-simultaneous", "history-greedy"]
    words = ["--kills=2", "--writes=4", "--full=2", "--reads=5", "--only", *only]
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), *words, "--folder", str(tmp_path / "faults")],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SIGKILL at a random moment: 2 trials" in done.stdout
    assert done.stdout.count("committed rows lost 0, runs that differ 0, errors 0") == 3
    (reads,) = re.findall(r"concurrent reads: (\d+), of \d+ values; wrong 0", done.stdout)
    assert int(reads) >= 5

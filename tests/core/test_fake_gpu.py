"""What would happen on a GPU, seen without one: nothing mixes devices, and the host waits for few parts in a step."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

WAITS = {"constraint revival"}
"""It asks whether a neuron is dead, since what follows costs as much as learning."""


@pytest.fixture(scope="module")
def found():
    words = [sys.executable, "-m", "support.fake_gpu"]
    done = subprocess.run(words, cwd=TESTS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_no_part_and_no_read_out_mixes_devices(found):
    assert found["wrong"] == []
    assert found["steps"] > 150


def test_parts_for_which_the_host_waits_are_known(found):
    assert set(found["waits"]) == WAITS

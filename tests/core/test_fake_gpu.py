"""What would happen on a GPU, seen without one: nothing mixes devices, and few parts ask for a number in a step."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

READS = {
    *("competition temporal", "competition temporal_squared", "recipe nimmo_temporal"),
    *("constraint grow_active", "constraint prune_regrow"),
    "constraint revival",
}
"""The first five read a count that is kept on the host. Revival asks whether a neuron is dead, since what follows costs
as much as learning."""


@pytest.fixture(scope="module")
def found():
    words = [sys.executable, "-m", "support.fake_gpu"]
    done = subprocess.run(words, cwd=TESTS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_no_part_and_no_read_out_mixes_devices(found):
    assert found["wrong"] == []
    assert found["steps"] > 150


def test_parts_that_ask_for_a_number_are_known(found):
    assert set(found["reads a number"]) == READS

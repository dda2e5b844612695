"""Keeping freed memory: a setting of a program, tried in processes of their own."""

import subprocess
import sys

import pytest

BLOCK = 64 << 20
HUGE_PAGES = BLOCK // (2 << 20)
PROGRAM = f"""
import resource, sys
import numpy
from neuroplast.allocation import keep_freed_memory

if "keep" in sys.argv:
    assert keep_freed_memory()

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(3):
        numpy.ones({BLOCK}, dtype=numpy.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
print(faults())
"""


def page_faults(*words: str) -> int:
    command = [sys.executable, "-c", PROGRAM, *words]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator only")
def test_large_blocks_are_used_again():
    """Written a second time, three blocks need hardly a new page; mapped anew, they need all,
    which is 32 each where the system gives huge pages and 16,384 where it does not."""
    assert page_faults("keep") < HUGE_PAGES


def test_other_systems_are_left_alone(monkeypatch):
    from neuroplast.allocation import keep_freed_memory

    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False

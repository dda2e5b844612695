"""What every test runs under. Helpers that tests share are in `support/`, imported as `support`."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
import torch
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # the importlib mode leaves it out

# Loading plugins leaves a record in the user's cache; the tests have a cache of their own.
os.environ["NEUROPLAST_CACHE"] = tempfile.mkdtemp(prefix="neuroplast-tests-")
atexit.register(shutil.rmtree, os.environ["NEUROPLAST_CACHE"], ignore_errors=True)

# The same examples every time, and no time limit on a loaded machine.
settings.register_profile("neuroplast", derandomize=True, deadline=None, max_examples=30)
settings.load_profile("neuroplast")


@pytest.fixture(autouse=True)
def one_thread():
    """Bits depend on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

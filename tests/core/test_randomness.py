"""The random streams of the whole process go on from where their state was taken."""

import random

import numpy as np
import pytest
import torch

from neuroplast import randomness
from neuroplast.recording import checkpoint
from neuroplast.recording.folder import Segment


def drawn():
    """Some numbers of each stream; normal ones of numpy and Python keep one for the next call."""
    rng = np.random  # the one of the process
    return (torch.rand(3).tolist(), rng.randn(), rng.rand(), random.gauss(0, 1), random.random())


@pytest.mark.parametrize("before", [0, 1, 700])
def test_all_streams_go_on_from_a_checkpoint(tmp_path, before):
    for _ in range(before):
        drawn()
    tree = randomness.state()
    path = tmp_path / "ckpt.h5"
    path.write_bytes(checkpoint.packed(1, Segment(0, 1), tree))
    expected = [drawn() for _ in range(3)]
    assert expected[0] != expected[1]
    randomness.load_state(checkpoint.load(path)[2])
    assert [drawn() for _ in range(3)] == expected


def test_taking_the_state_draws_nothing():
    randomness.state()
    first = randomness.state()
    assert torch.equal(first["torch"], randomness.state()["torch"])
    one = drawn()
    randomness.load_state(first)
    assert drawn() == one

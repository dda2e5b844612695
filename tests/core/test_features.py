"""Features from memory, from disk, or computed again: the same rows."""

import shutil
from collections import namedtuple

import numpy as np
import pytest
import torch
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import features as module
from neuroplast.features import BLOCK, ComputedFeatures, KeptFeatures, free_memory, keep

COUNT = BLOCK + 37
X = normal(COUNT, 5, dtype=torch.float32)
Y = torch.arange(COUNT) % 3
Usage = namedtuple("Usage", "total used free")


def source(asked=None, dtype=torch.float32):
    """Features 2x + 1, which remembers what was asked of it."""

    def compute(index):
        if asked is not None:
            asked.append(index)
        return 2 * X[index] + 1

    return ComputedFeatures(compute, Y, 5, dtype)


def silent(share):
    pass


@pytest.fixture(params=["memory", "disk", "recompute"])
def place(request, monkeypatch):
    """Where features can be kept."""
    if request.param != "memory":
        monkeypatch.setattr(module, "free_memory", lambda device: 0)
    if request.param == "recompute":
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 0))
    return request.param


def test_the_same_rows_wherever_they_are(place, tmp_path):
    asked = []
    kept = keep(source(asked), silent, tmp_path)
    computed = len(asked)
    index = torch.tensor([COUNT - 1, 0, 7, 7, 250])
    assert_close(kept.rows(index), 2 * X[index] + 1, rtol=0, atol=0)
    assert kept.rows(index).dtype == torch.float32
    assert (len(kept), kept.size) == (COUNT, 5)
    assert isinstance(kept, ComputedFeatures if place == "recompute" else KeptFeatures)
    assert (len(asked) > computed) == (place == "recompute")
    assert isinstance(getattr(getattr(kept, "array", None), "numpy", int)(), np.ndarray | int)


def test_they_are_rounded_alike_wherever_they_are(place, tmp_path):
    kept = keep(source(dtype=torch.bfloat16), silent, tmp_path)
    expected = (2 * X + 1).bfloat16().float()
    index = torch.tensor([3, 250, 3])
    for out in (torch.empty(3, 5), torch.empty(3, 5, dtype=torch.bfloat16)):
        kept.gather(index, out)
        assert out.float().equal(expected[index])
    assert kept.rows(index).equal(expected[index])
    assert torch.cat([features for features, _ in kept.blocks(100)]).equal(expected)


def test_blocks_are_all_of_them_in_order(place, tmp_path):
    kept = keep(source(), silent, tmp_path)
    blocks = list(kept.blocks(100))
    assert [len(labels) for _, labels in blocks] == [100, 100, COUNT - 200]
    assert torch.cat([features for features, _ in blocks]).equal(2 * X + 1)
    assert torch.cat([labels for _, labels in blocks]).equal(Y)


def test_files_are_gone_when_they_are_not_needed(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "free_memory", lambda device: 0)
    kept = keep(source(), silent, tmp_path)
    assert not list(tmp_path.iterdir())  # mapped still, but without a name
    assert kept.rows(torch.tensor([3])).equal(2 * X[3:4] + 1)


def test_memory_is_taken_up_to_half_of_what_is_free(monkeypatch, tmp_path):
    used = []
    monkeypatch.setattr(
        shutil, "disk_usage", lambda where: used.append(where) or Usage(0, 0, 1 << 40)
    )
    size = 4 * 5 * COUNT
    monkeypatch.setattr(module, "free_memory", lambda device: 2 * size)
    keep(source(), silent, tmp_path)
    assert used == []
    monkeypatch.setattr(module, "free_memory", lambda device: 2 * size - 1)
    keep(source(), silent, tmp_path)
    assert used == [tmp_path]


def test_large_questions_are_answered_in_parts():
    asked = []
    source(asked).rows(torch.arange(COUNT))
    assert [len(index) for index in asked] == [BLOCK, COUNT - BLOCK]


def test_progress_ends_at_one(tmp_path):
    told = []
    keep(source(), told.append, tmp_path)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_what_is_free_is_a_number_of_bytes():
    assert free_memory() > 1 << 20

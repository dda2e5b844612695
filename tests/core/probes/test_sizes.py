"""The sizes of a change, against sums written out; however many blocks it is taken in."""

import pytest
import torch
from torch.testing import assert_close

from neuroplast.probes import sizes as module
from neuroplast.probes.sizes import sizes

CHANGE = torch.tensor([[0.5, -2, 0], [0, 0, 0], [-1, -3, 0], [4, 0, 0]])


@pytest.mark.parametrize("block", [1, 6, 100])
def test_sizes_by_hand(monkeypatch, block):
    monkeypatch.setattr(module, "BLOCK", block)
    found = sizes(torch.ones(4, 3), 1 + CHANGE)
    assert found.ltp.tolist() == [0.5, 0, 0, 4]
    assert found.ltd.tolist() == [2, 0, 4, 0]
    assert_close(found.norm, torch.tensor([4.25, 0, 10, 16]).sqrt())
    assert not found.ltd.signbit().any()


@pytest.mark.parametrize("block", [1, 50, 10_000])
def test_kernels_that_lie_channels_last_are_measured_alike(monkeypatch, block):
    monkeypatch.setattr(module, "BLOCK", block)
    before, after = torch.randn(2, 6, 5, 3, 3, generator=torch.Generator().manual_seed(0))
    last = sizes(*(w.contiguous(memory_format=torch.channels_last) for w in (before, after)))
    change = (after - before).flatten(1).double()
    assert_close(last.ltp, change.clamp_min(0).sum(1).float())
    assert_close(last.ltd, -change.clamp_max(0).sum(1).float())
    assert_close(last.norm, change.norm(dim=1).float())

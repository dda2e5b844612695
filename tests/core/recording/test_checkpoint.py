"""A checkpoint holds every tensor and number to the bit, and nothing that could run."""

import pytest
import torch

from neuroplast.recording import checkpoint
from neuroplast.recording.folder import Segment


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1), (3, 1, 0, 2)])
def test_the_order_in_memory_comes_back(tmp_path, order):
    """The order of a sum, and so its last bit, depends on it."""
    back = [order.index(dim) for dim in range(4)]
    written = torch.rand(5, 3, 4, 2).permute(order).contiguous().permute(back)
    path = tmp_path / "ckpt.h5"
    path.write_bytes(checkpoint.packed(1, Segment(0, 1), {"x": written}))
    found = checkpoint.load(path)[2]["x"]
    assert torch.equal(found, written)
    assert found.stride() == written.stride()

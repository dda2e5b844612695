import torch

from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.threshold import Threshold


def test_who_is_above_learns():
    v = torch.tensor([[0.5, 0.0, -1.0], [0.6, 2.0, 3.0]])
    assert Threshold().compete(v, NO_STATE).tolist() == [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    above = Threshold(threshold=0.5).compete(v, NO_STATE)
    assert above.tolist() == [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    assert above.dtype == v.dtype

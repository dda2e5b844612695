import pytest
import torch
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import Fit, Refusal
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.hard_wta import HardWta
from neuroplast_plugins.competitions.softmax_mask import SoftmaxMask


def compete(v, **parameters):
    return SoftmaxMask(**parameters).compete(v, NO_STATE)


def test_by_hand():
    v = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))
    s = torch.tensor([[0.125, 0.25, 0.625]])  # 1, 2, 5 over 8
    assert_close(compete(v), v * s)
    anti = v * s * torch.tensor([-1.0, -1.0, 1.0])
    assert_close(compete(v, anti_hebbian=True), anti)


def test_limits():
    v = normal(4, 6, 3)
    hard = HardWta(activity="drive").compete(v, NO_STATE)
    assert_near(compete(v, inverse_temperature=1e9), hard, 1e-6)
    assert_near(compete(v, inverse_temperature=1e-12), v / 6, 1e-9)


def test_space_needs_positions():
    with pytest.raises(Refusal, match="space_without_positions"):
        SoftmaxMask(axis="space").check(Fit((5,)))

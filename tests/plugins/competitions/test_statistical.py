from math import sqrt

import pytest
import torch
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import Fit, Refusal
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.hard_wta import HardWta
from neuroplast_plugins.competitions.statistical import Statistical
from neuroplast_plugins.competitions.statistical_squared import StatisticalSquared

V = torch.tensor([[1.0, 0.0, 0.0, 4.0, 0.0]], dtype=torch.float64)
"""Mean 1, variance (0 + 1 + 1 + 9 + 1) / 4 = 3, so 1.5 standard deviations above is 3.598."""


def compete(v, part):
    part.check(Fit(tuple(v.shape[1:])))
    return part.compete(v, NO_STATE)


def test_by_hand():
    assert compete(V, Statistical(deviations=1.5)).tolist() == [[0.0, 0.0, 0.0, 1.0, 0.0]]
    drive = compete(V, Statistical(deviations=1.5, activity="drive"))
    assert drive.tolist() == [[0.0, 0.0, 0.0, 4.0, 0.0]]
    assert compete(V, Statistical(deviations=1.75)).tolist() == [[0.0] * 5]  # 4.03
    squared = compete(V, StatisticalSquared(deviations=1.5))
    assert squared.tolist() == [[0.0, 0.0, 0.0, 16.0, 0.0]]


def test_soft_winners_share_among_those_above():
    v = torch.log(torch.tensor([[1.0, 3.0, 9.0]], dtype=torch.float64))  # mean ln 3
    part = {"deviations": 0.0, "winners": "soft"}
    v = torch.cat([v, v - 100, v - 100], 1)
    # the mean is far below: 1, 3, 9 over 13
    g = compete(v, Statistical(**part))
    assert_close(g[0, :3], torch.tensor([1.0, 3.0, 9.0], dtype=torch.float64) / 13)
    assert torch.equal(g[0, 3:], torch.zeros(6, dtype=torch.float64))
    anti = compete(v, Statistical(anti_hebbian=True, **part))
    assert torch.equal(anti, g * torch.tensor([-1, -1, 1, 1, 1, 1, 1, 1, 1]))


def test_published_form_has_no_winner_below_zero():
    v = torch.tensor([[-1.0, -9.0, -9.0, -9.0]])
    assert compete(v, StatisticalSquared(deviations=1)).tolist() == [[0.0] * 4]
    assert compete(v, Statistical(deviations=1)).tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_in_space_a_channel_is_its_own_measure():
    v = normal(3, 4, 4, 5)
    g = compete(v, Statistical(axis="space", activity="drive"))
    mean, spread = v.mean((2, 3), keepdim=True), v.std((2, 3), keepdim=True)
    hard = HardWta(axis="space", activity="drive").compete(v, NO_STATE)
    assert torch.equal(g, torch.where(v > mean + 2 * spread, hard, 0.0))


@pytest.mark.parametrize("part", [Statistical, StatisticalSquared])
def test_a_threshold_that_nobody_can_be_above(part):
    """One large among n equal drives is (n - 1) / √n standard deviations above their mean, and no drive ever more."""
    for n in (2, 5, 6, 30):
        one = torch.zeros(1, n, dtype=torch.float64)
        one[0, 0] = 1.0
        most = float((one[0, 0] - one.mean()) / one.std())
        assert most == pytest.approx((n - 1) / sqrt(n))
        assert compete(one, part(deviations=0.99 * most))[0, 0] == 1
        with pytest.raises(Refusal, match="nobody_can_stand_out"):
            part(deviations=1.01 * most).check(Fit((n,)))
    part().check(Fit((6,)))
    with pytest.raises(Refusal, match=r"none of 5 competitors .*below 1.79"):
        part().check(Fit((5, 7, 7)))
    with pytest.raises(Refusal, match="none of 1 competitors"):
        part(deviations=0).check(Fit((1,)))

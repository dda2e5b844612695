import pytest
import torch
from pydantic import ValidationError
from support.numbers import assert_near, normal
from support.remembering import changes, memory
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast_plugins.rules.presynaptically_gated import PresynapticallyGated


def test_two_steps_by_hand():
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)
    g, kept = torch.tensor([[2.0], [4.0]], dtype=torch.float64), memory(post_mean=[0.0])
    view = dense_view(torch.zeros(1, 2).double(), x, g, memory=kept)
    first, second = changes(PresynapticallyGated(time_constant=2), view, view)
    assert_close(first, torch.tensor([[14.0, 0.0]], dtype=x.dtype))  # 2·[1 2] + 4·[3 -1]
    # the mean went 1 - 1/2² of the way to 3, to 2.25: -0.25·[1 2] + 1.75·[3 -1]
    assert_close(second, torch.tensor([[5.0, -2.25]], dtype=x.dtype))


def test_the_mean_is_over_positions_too():
    g = torch.tensor([[[[1.0, 2.0, 6.0]]]], dtype=torch.float64)
    kept = memory(post_mean=[0.0])
    x = torch.ones(1, 1, 1, 3, dtype=torch.float64)
    PresynapticallyGated(time_constant=1).delta(
        conv_view(torch.zeros(1, 1, 1, 1, dtype=x.dtype), x, g, memory=kept)
    )
    assert_close(kept.post_mean, torch.tensor([3.0], dtype=x.dtype))


def test_the_mean_moves_as_far_in_one_batch_as_stimulus_by_stimulus():
    rule, together, alone = PresynapticallyGated(), memory(post_mean=[1.0]), memory(post_mean=[1.0])
    x, g = normal(8, 2), torch.full((8, 1), 5.0, dtype=torch.float64)
    rule.delta(dense_view(normal(1, 2), x, g, memory=together))
    for b in range(8):
        rule.delta(dense_view(normal(1, 2), x[b : b + 1], g[b : b + 1], memory=alone))
    assert_near(together.post_mean, alone.post_mean)
    assert float(together.post_mean) > 1


def test_constant_activity_comes_to_teach_nothing():
    kept = memory(post_mean=[3.0, -1.0])
    g = torch.tensor([[3.0, -1.0]], dtype=torch.float64).expand(4, 2)
    dw = PresynapticallyGated().delta(dense_view(normal(2, 3), normal(4, 3), g, memory=kept))
    assert (dw.tensor() == 0).all()


def test_a_mean_over_less_than_one_stimulus_is_refused():
    with pytest.raises(ValidationError):
        PresynapticallyGated(time_constant=0.5)

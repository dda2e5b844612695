import torch
from support.numbers import normal
from support.remembering import changes, memory
from support.views import conv_view, dense_view, depthwise_view
from torch.testing import assert_close

from neuroplast_plugins.rules.postsynaptically_gated import PostsynapticallyGated


def test_two_steps_by_hand():
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)
    g, kept = torch.tensor([[2.0], [4.0]], dtype=torch.float64), memory(pre_mean=[0.0, 0.0])
    view = dense_view(torch.zeros(1, 2).double(), x, g, memory=kept)
    first, second = changes(PostsynapticallyGated(time_constant=2), view, view)
    assert_close(first, torch.tensor([[14.0, 0.0]], dtype=x.dtype))  # 2·[1 2] + 4·[3 -1]
    # the means went 3/4 of the way to [2 .5], to [1.5 .375]: 2·[-.5 1.625] + 4·[1.5 -1.375]
    assert_close(second, torch.tensor([[5.0, -2.25]], dtype=x.dtype))


def test_padding_counts_as_input():
    """One pixel of 4 in a frame of eight zeros: the mean is 4/9, and the frame lies below it."""
    w, x = torch.zeros(1, 1, 3, 3, dtype=torch.float64), torch.full((1, 1, 1, 1), 4.0).double()
    kept, g = memory(pre_mean=[0.0]), torch.ones(1, 1, 1, 1, dtype=torch.float64)
    view = conv_view(w, x, g, padding=1, memory=kept)
    _, second = changes(PostsynapticallyGated(time_constant=1), view, view)
    expected = torch.full((1, 1, 3, 3), -4 / 9, dtype=w.dtype)
    expected[0, 0, 1, 1] = 4 - 4 / 9
    assert_close(second, expected)


def test_each_channel_has_its_own_mean():
    """Channels that are constant, each at its own value, teach nothing once their means are known."""
    x = torch.tensor([3.0, -2.0]).double().view(1, 2, 1, 1).expand(2, 2, 4, 4)
    g, kept = normal(2, 4, 2, 2), memory(pre_mean=[0.0, 0.0])
    view = depthwise_view(normal(4, 1, 3, 3), x, g, memory=kept)
    first, second = changes(PostsynapticallyGated(time_constant=1), view, view)
    assert_close(kept.pre_mean, torch.tensor([3.0, -2.0]).double())
    assert (first != 0).all()
    assert_close(second, torch.zeros_like(second))

import torch
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast_plugins.rules.outstar import Outstar


def test_delta_by_hand():
    w, x = torch.tensor([[0.5, 1.0], [2.0, 0.0]]), torch.tensor([[1.0, 2.0], [3.0, 0.0]])
    g = torch.tensor([[2.0, 0.0], [1.0, -1.0]])
    dw = Outstar().delta(dense_view(w, x, g)).tensor()
    # w[0,0]: 1·(2 - .5) + 3·(1 - .5)   w[0,1]: 2·(2 - 1)   w[1,0]: 1·(0 - 2) + 3·(-1 - 2)   w[1,1]: 2·0
    assert_close(dw, torch.tensor([[3.0, 2.0], [-11.0, 0.0]]))


def test_delta_by_hand_on_a_convolution():
    x, g = torch.tensor([[[[1.0, 2.0, 3.0]]]]), torch.tensor([[[[10.0, 1.0, -1.0]]]])
    dw = Outstar().delta(conv_view(torch.full((1, 1, 1, 1), 2.0), x, g)).tensor()
    # 1·(10 - 2) + 2·(1 - 2) + 3·(-1 - 2)
    assert_close(dw, torch.tensor([[[[-3.0]]]]))


def test_the_mean_response_to_an_input_is_a_fixed_point():
    x, g = normal(6, 3).abs() + 0.1, normal(6, 2, seed=1)
    mean = (g.T @ x) / x.sum(0)
    dw = Outstar().delta(dense_view(mean, x, g)).tensor()
    assert_close(dw, torch.zeros_like(dw), rtol=0, atol=1e-12)
    away = Outstar().delta(dense_view(mean + 1, x, g)).tensor()
    assert_near(away, -x.sum(0).expand_as(away))  # and it draws back from elsewhere


def test_silent_inputs_keep_their_weights():
    x = normal(4, 3).index_fill(1, torch.tensor([1]), 0.0)
    dw = Outstar().delta(dense_view(normal(2, 3, seed=1), x, normal(4, 2, seed=2))).tensor()
    assert (dw[:, 1] == 0).all()
    assert (dw[:, [0, 2]] != 0).all()

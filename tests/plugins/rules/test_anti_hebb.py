import torch
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view

from neuroplast_plugins.rules.anti_hebb import AntiHebb
from neuroplast_plugins.rules.hebb import Hebb


def test_delta_by_hand():
    x, g = torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.tensor([[2.0], [-1.0]])
    dw = AntiHebb().delta(dense_view(torch.ones(1, 2), x, g)).tensor()
    assert_near(dw, torch.tensor([[1.0, -5.0]]))  # -2·[1 2] + 1·[3 -1]


def test_is_hebb_with_the_opposite_sign():
    view = conv_view(normal(3, 2, 3, 3), normal(2, 2, 4, 4, seed=1), padding=1)
    assert_near(AntiHebb().delta(view).tensor(), -Hebb().delta(view).tensor())


def test_a_neuron_comes_to_ignore_its_input():
    """With x = 2 and rate 0.1 the weight shrinks by 0.4 of itself a step, so the drive halves about every 1.4."""
    w, x = torch.tensor([[1.0]]), torch.tensor([[2.0]])
    for _ in range(10):
        (AntiHebb().delta(dense_view(w, x)) * 0.1).add_to(w)
    assert_near(w, torch.tensor([[0.6**10]]), 1e-5)

import torch
from hypothesis import given
from hypothesis import strategies as st
from support import loops
from support.geometries import CASES
from support.numbers import assert_near, normal
from support.rules import every_kind, rows, seen, view_in
from support.views import conv_view, dense_view, surrogate_change
from torch.testing import assert_close

from neuroplast_plugins.rules.instar import Instar


def test_delta_by_hand():
    w, x = torch.tensor([[0.5, 1.0]]), torch.tensor([[1.0, 2.0], [3.0, 0.0]])
    dw = Instar().delta(dense_view(w, x, g=torch.tensor([[2.0], [1.0]]))).tensor()
    # 2·([1 2] - [.5 1]) + 1·([3 0] - [.5 1]) = [1 2] + [2.5 -1]
    assert_close(dw, torch.tensor([[3.5, 1.0]]))


def test_delta_by_hand_on_a_convolution():
    x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    w, g = torch.full((1, 1, 2, 2), 2.0), torch.tensor([[[[10.0, 1.0]]]])
    dw = Instar().delta(conv_view(w, x, g)).tensor()
    # 10·([1 2; 4 5] - 2) + 1·([2 3; 5 6] - 2)
    assert_close(dw, torch.tensor([[[[-10.0, 1.0], [23.0, 34.0]]]]))


@every_kind
def test_equals_a_loop_over_stimuli_positions_and_synapses(name):
    case = CASES[name]
    view = view_in(case)
    g, w = loops.flat(view.g), rows(view)
    expected = loops.change(seen(case), lambda b, i, t, x: g[b, i, t] * (x - w[i]))
    assert_near(Instar().delta(view).tensor(), expected.reshape(view.w.shape))


@every_kind
def test_equals_the_gradient_of_its_surrogate_loss(name):
    view = view_in(CASES[name])
    assert_near(Instar().delta(view).tensor(), surrogate_change(view, view.g))


@given(seed=st.integers(0, 10_000))
def test_the_mean_input_weighted_by_activity_is_a_fixed_point(seed):
    x, g = normal(6, 5, seed=seed), normal(6, 3, seed=seed + 1).abs() + 0.1
    mean = (g.T @ x) / g.sum(0)[:, None]
    dw = Instar().delta(dense_view(mean, x, g)).tensor()
    assert_close(dw, torch.zeros_like(dw), rtol=0, atol=1e-12)
    away = Instar().delta(dense_view(mean + 1, x, g)).tensor()
    assert_near(away, -g.sum(0)[:, None].expand_as(away))  # and it draws back from elsewhere


def test_one_stimulus_learnt_at_rate_one_is_the_weight():
    w, x = normal(1, 4), normal(1, 4, seed=1)
    view = dense_view(w, x, g=torch.ones(1, 1, dtype=w.dtype))
    Instar().delta(view).add_to(w)
    assert_near(w, x)


def test_the_decay_goes_by_activity_alone():
    """Not by g·v as in SoftHebb, and not by g² as in Oja: with x = 0 all that is left is -Σg · w."""
    w, g = normal(2, 3), torch.tensor([[3.0, -2.0]], dtype=torch.float64)
    view = dense_view(w, torch.zeros(1, 3, dtype=w.dtype), g, v=g * 7, u=g * 5)
    dw = Instar().delta(view).tensor()
    assert_near(dw, torch.stack([-3 * w[0], 2 * w[1]]))


def test_the_effective_weights_decay():
    w_e = torch.tensor([[2.0]])
    view = dense_view(torch.tensor([[9.0]]), torch.zeros(1, 1), torch.ones(1, 1), w_e=w_e)
    assert_close(Instar().delta(view).tensor(), torch.tensor([[-2.0]]))

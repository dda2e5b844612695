import torch
from hypothesis import given
from hypothesis import strategies as st
from support import loops
from support.geometries import CASES
from support.numbers import assert_near, normal
from support.rules import every_kind, rows, seen, view_in
from support.views import conv_view, dense_view, surrogate_change
from torch.testing import assert_close

from neuroplast_plugins.rules.softhebb import SoftHebb


def test_delta_by_hand():
    w, x = torch.tensor([[0.5, 1.0], [2.0, 0.0]]), torch.tensor([[1.0, 2.0]])
    g = torch.tensor([[0.6, -0.4]])
    dw = SoftHebb().delta(dense_view(w, x, g)).tensor()
    # u = [2.5 2].  0.6·([1 2] - 2.5·[.5 1]) = 0.6·[-.25 -.5];  -0.4·([1 2] - 2·[2 0]) = [1.2 -.8]
    assert_close(dw, torch.tensor([[-0.15, -0.3], [1.2, -0.8]]))


def test_delta_by_hand_on_a_convolution():
    x = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    w, g = torch.tensor([[[[2.0]]]]), torch.tensor([[[[1.0, -1.0, 2.0]]]])
    # u = [2 4 6], Σ g x = 1 - 2 + 6 = 5, Σ g u = 2 - 4 + 12 = 10, so 5 - 10·2
    assert_close(SoftHebb().delta(conv_view(w, x, g)).tensor(), torch.tensor([[[[-15.0]]]]))


@every_kind
def test_equals_a_loop_over_stimuli_positions_and_synapses(name):
    case = CASES[name]
    view = view_in(case)
    g, v, w = loops.flat(view.g), loops.flat(view.v), rows(view)
    expected = loops.change(seen(case), lambda b, i, t, x: g[b, i, t] * (x - v[b, i, t] * w[i]))
    assert_near(SoftHebb().delta(view).tensor(), expected.reshape(view.w.shape))


@every_kind
def test_equals_the_gradient_of_its_surrogate_loss(name):
    view = view_in(CASES[name])
    assert_near(SoftHebb().delta(view).tensor(), surrogate_change(view, view.g * view.v))


@given(seed=st.integers(0, 10_000), pre=st.integers(1, 10))
def test_growth_along_w_vanishes_at_unit_length(seed, pre):
    """With v = u = w·x, w·Δw = Σ g u (1 - |w|²) for each neuron, whatever g."""
    w, x = normal(3, pre, seed=seed), normal(4, pre, seed=seed + 1)
    g, u = normal(4, 3, seed=seed + 2), x @ w.T
    dw = SoftHebb().delta(dense_view(w, x, g)).tensor()
    assert_close((w * dw).sum(1), (g * u).sum(0) * (1 - w.square().sum(1)))


def test_a_losing_neuron_moves_away_from_its_input():
    """At w orthogonal to x there is no decay, so Δw = g x: the sign is that of g."""
    w, x = torch.tensor([[0.0, 1.0], [0.0, 1.0]]), torch.tensor([[2.0, 0.0]])
    dw = SoftHebb().delta(dense_view(w, x, g=torch.tensor([[0.7, -0.3]]))).tensor()
    assert_close(dw, torch.tensor([[1.4, 0.0], [-0.6, 0.0]]))


def test_the_decay_goes_by_activity_and_the_integrated_drive():
    """By g·v: not by g alone, not by g², and not by u, which thresholds and surrounds have left behind."""
    w, g = normal(1, 3), torch.tensor([[3.0]], dtype=torch.float64)
    view = dense_view(w, torch.zeros(1, 3, dtype=w.dtype), g, u=g * 7, v=g * 5)
    assert_near(SoftHebb().delta(view).tensor(), -45 * w)

import torch
from hypothesis import given
from hypothesis import strategies as st
from support import loops
from support.geometries import CASES
from support.numbers import assert_near, normal
from support.rules import every_kind, rows, seen, view_in
from support.views import conv_view, dense_view, surrogate_change
from torch.testing import assert_close

from neuroplast_plugins.rules.oja import Oja


def test_delta_by_hand():
    w, x = torch.tensor([[0.6, 0.8]]), torch.tensor([[1.0, 2.0]])
    y = x @ w.T  # 0.6 + 1.6 = 2.2, and y² = 4.84
    dw = Oja().delta(dense_view(w, x, g=y)).tensor()
    # 1·2.2 - 4.84·0.6 = -0.704   and   2·2.2 - 4.84·0.8 = 0.528
    assert_close(dw, torch.tensor([[-0.704, 0.528]]))


def test_delta_by_hand_on_a_convolution():
    x = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    w, g = torch.tensor([[[[2.0]]]]), torch.tensor([[[[1.0, -1.0, 2.0]]]])
    # Σ g x = 1 - 2 + 6 = 5, Σ g² = 6, so 5 - 6·2
    assert_close(Oja().delta(conv_view(w, x, g)).tensor(), torch.tensor([[[[-7.0]]]]))


@every_kind
def test_equals_a_loop_over_stimuli_positions_and_synapses(name):
    case = CASES[name]
    view = view_in(case)
    g, w = loops.flat(view.g), rows(view)
    expected = loops.change(seen(case), lambda b, i, t, x: g[b, i, t] * (x - g[b, i, t] * w[i]))
    assert_near(Oja().delta(view).tensor(), expected.reshape(view.w.shape))


@every_kind
def test_equals_the_gradient_of_its_surrogate_loss(name):
    view = view_in(CASES[name])
    assert_near(Oja().delta(view).tensor(), surrogate_change(view, view.g * view.g))


@given(seed=st.integers(0, 2**32 - 1), pre=st.integers(1, 20))
def test_growth_along_w_vanishes_at_unit_length(seed, pre):
    """For one linear neuron, w·Δw = y² (1 - |w|²), whatever w and x."""
    w, x = normal(2, 1, pre, seed=seed)
    y = x @ w.T
    dw = Oja().delta(dense_view(w, x, g=y)).tensor()
    assert_close((w * dw).sum(), y.square().sum() * (1 - w.square().sum()))


def test_unit_eigenvectors_of_the_covariance_are_its_fixed_points():
    x = torch.diag(torch.tensor([3.0, 2.0, 1.0], dtype=torch.float64))
    axes = torch.eye(3, dtype=torch.float64)
    for w in axes:
        dw = Oja().delta(dense_view(w[None], x)).tensor()
        assert_close(dw, torch.zeros_like(dw))
    between = (axes[0] + axes[1])[None] / 2**0.5
    # y = [3 2 0]/√2, Σ y x = [9 4 0]/√2, Σ y² = 13/2: [9 - 6.5, 4 - 6.5, 0]/√2
    expected = torch.tensor([[2.5, -2.5, 0.0]], dtype=torch.float64) / 2**0.5
    assert_near(Oja().delta(dense_view(between, x)).tensor(), expected)


def test_finds_the_first_principal_component():
    scales = torch.tensor([2.0, 1.0, 0.5], dtype=torch.float64)
    basis = torch.linalg.qr(normal(3, 3, seed=5))[0]
    x, w = normal(500, 3) * scales @ basis, normal(1, 3, seed=3)
    for _ in range(200):
        (Oja().delta(dense_view(w, x)) * (0.05 / len(x))).add_to(w)
    first = torch.linalg.eigh(x.T @ x)[1][:, -1]
    assert abs(float(w[0] @ first)) > 1 - 1e-6
    assert abs(float(w.norm()) - 1) < 1e-6


def test_neither_drive_decays_by_itself():
    """The decay goes by g², whatever u and v are."""
    w, g = normal(1, 3), torch.tensor([[3.0]], dtype=torch.float64)
    view = dense_view(w, torch.zeros(1, 3, dtype=w.dtype), g, u=g * 7, v=g * 5)
    assert_near(Oja().delta(view).tensor(), -9 * w)

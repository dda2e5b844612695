import torch
from hypothesis import given
from hypothesis import strategies as st
from support import loops
from support.geometries import CASES
from support.numbers import assert_near, normal
from support.rules import every_kind, seen, view_in
from support.views import conv_view, dense_view, surrogate_change
from torch.testing import assert_close

from neuroplast_plugins.rules.hebb import Hebb


def test_delta_by_hand():
    x, g = torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.tensor([[2.0, 0.0], [-1.0, 4.0]])
    dw = Hebb().delta(dense_view(torch.ones(2, 2), x, g)).tensor()
    # neuron 0: 2·[1 2] - 1·[3 -1] = [-1 5]     neuron 1: 0·[1 2] + 4·[3 -1] = [12 -4]
    assert_close(dw, torch.tensor([[-1.0, 5.0], [12.0, -4.0]]))


def test_delta_by_hand_on_a_convolution():
    x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    g = torch.tensor([[[[10.0, 1.0]]]])
    dw = Hebb().delta(conv_view(torch.zeros(1, 1, 2, 2), x, g)).tensor()
    # 10·[1 2; 4 5] + 1·[2 3; 5 6]
    assert_close(dw, torch.tensor([[[[12.0, 23.0], [45.0, 56.0]]]]))


@every_kind
def test_equals_a_loop_over_stimuli_positions_and_synapses(name):
    case = CASES[name]
    view, g = view_in(case), loops.flat(view_in(case).g)
    expected = loops.change(seen(case), lambda b, i, t, x: g[b, i, t] * x)
    assert_near(Hebb().delta(view).tensor(), expected.reshape(view.w.shape))


@every_kind
def test_equals_the_gradient_of_its_surrogate_loss(name):
    view = view_in(CASES[name])
    assert_near(Hebb().delta(view).tensor(), surrogate_change(view, torch.zeros_like(view.g)))


@given(seed=st.integers(0, 10_000))
def test_a_neuron_grows_along_its_input(seed):
    """With g = u, Σ x·w grows: w·Δw = Σ u² for each neuron."""
    w, x = normal(3, 5, seed=seed), normal(4, 5, seed=seed + 1)
    view = dense_view(w, x)
    dw = Hebb().delta(view).tensor()
    assert_near((w * dw).sum(1), (x @ w.T).square().sum(0), 1e-9)


def test_what_the_neuron_weighs_does_not_matter():
    x, g = normal(4, 5), normal(4, 3, seed=1)
    one, other = (Hebb().delta(dense_view(normal(3, 5, seed=s), x, g)).tensor() for s in (2, 3))
    assert torch.equal(one, other)


def test_silent_neurons_and_silent_inputs_do_not_change():
    g, x = normal(4, 3), normal(4, 5, seed=1)
    g[:, 1], x[:, 2] = 0, 0
    dw = Hebb().delta(dense_view(normal(3, 5, seed=2), x, g)).tensor()
    assert (dw[1] == 0).all()
    assert (dw[:, 2] == 0).all()
    assert (dw[[0, 2]][:, [0, 1, 3, 4]] != 0).all()

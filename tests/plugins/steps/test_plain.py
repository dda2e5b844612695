import torch
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast.component import NO_STATE
from neuroplast_plugins.steps.plain import Plain


def test_adds_the_rate_times_the_change():
    w = torch.tensor([[1.0], [1.0]])
    view = dense_view(w, torch.tensor([[2.0]]), torch.tensor([[3.0, 5.0]]))
    # Δ = [6 - 3·1, 10 - 5·1] = [3, 5]
    Plain().apply(w, view.outer(view.g) - view.decay(view.g), 0.5, NO_STATE)
    assert_close(w, torch.tensor([[2.5], [3.5]]))


def test_each_neuron_has_its_rate():
    w = torch.tensor([[1.0], [1.0]])
    view = dense_view(w, torch.tensor([[2.0]]), torch.tensor([[3.0, 5.0]]))
    delta = view.outer(view.g) - view.decay(view.g)
    Plain().apply(w, delta, torch.tensor([1.0, 0.1]), NO_STATE)
    assert_close(w, torch.tensor([[4.0], [1.5]]))


def test_in_place_and_folded_like_the_plain_formula():
    w = normal(3, 2, 3, 3).contiguous(memory_format=torch.channels_last)
    view = conv_view(w, normal(2, 2, 6, 6, seed=1), normal(2, 3, 4, 4, seed=2))
    delta = (view.outer(view.g) - view.decay(view.g * view.v)) / 7
    eta = normal(3, seed=3).abs()
    expected, address = w + eta[:, None, None, None] * delta.tensor(), w.data_ptr()
    Plain().apply(w, delta, eta, NO_STATE)
    assert_near(w, expected)
    assert w.data_ptr() == address
    assert w.is_contiguous(memory_format=torch.channels_last)

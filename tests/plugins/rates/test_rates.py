from math import exp, log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.numbers import normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast import Progress
from neuroplast_plugins.rates.constant import Constant
from neuroplast_plugins.rates.exponential import Exponential
from neuroplast_plugins.rates.halving import Halving
from neuroplast_plugins.rates.linear import Linear
from neuroplast_plugins.rates.weight_norm import WeightNorm

VIEW = dense_view(torch.ones(2, 3), torch.ones(1, 3))


def test_constant_stays():
    for progress in (Progress(0, 10), Progress(9, 10, 3, 4)):
        assert Constant(eta=0.3).at(VIEW, progress) == 0.3


def test_linear_by_hand():
    rates = [Linear(eta=2.0).at(VIEW, Progress(step=t, steps=4)) for t in range(4)]
    assert rates == pytest.approx([2.0, 1.5, 1.0, 0.5])  # and zero after the last step


def test_linear_by_epoch():
    def at(step, epoch):
        return Linear(eta=1.0, by="epoch").at(VIEW, Progress(step, 100, epoch, 5))

    assert [at(0, 0), at(99, 0)] == [1.0, 1.0]
    assert [at(0, 1), at(50, 4)] == pytest.approx([0.8, 0.2])


def test_weight_norm_by_hand():
    w = torch.tensor([[3.0, 4.0], [0.6, 0.8], [0.0, 0.0], [0.3, 0.4]])  # |w| = 5, 1, 0, 0.5
    eta = WeightNorm(eta=0.1, power=0.5).at(dense_view(w, torch.ones(1, 2)), Progress())
    # 0.1·√4, 0.1·√1e-10 (up to rounding of the norm), 0.1·√1, 0.1·√0.5
    assert_close(eta[[0, 2, 3]], torch.tensor([0.2, 0.1, 0.0707106781]))
    assert 0.9e-6 < float(eta[1]) < 1e-4


def test_weight_norm_at_unit_length_is_the_floor():
    """(| |w| - 1 | + 1e-10)^q, so that a neuron at unit length still has a rate above zero."""
    w = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    for power, floor in ((0.5, 1e-5), (1.0, 1e-10), (0.25, 10**-2.5)):
        eta = WeightNorm(eta=1.0, power=power).at(dense_view(w, w), Progress())
        assert_close(eta, torch.tensor([floor], dtype=torch.float64))


@given(seed=st.integers(0, 10_000), q=st.floats(0.1, 2))
def test_weight_norm_of_convolutions_is_over_all_incoming_weights(seed, q):
    w = normal(3, 2, 3, 3, seed=seed).contiguous(memory_format=torch.channels_last)
    eta = WeightNorm(eta=0.7, power=q).at(conv_view(w, normal(1, 2, 5, 5)), Progress())
    for i in range(3):
        length = sum(x * x for x in w[i].flatten().tolist()) ** 0.5
        assert float(eta[i]) == pytest.approx(0.7 * (abs(length - 1) + 1e-10) ** q)


def test_weight_norm_looks_at_w_and_leaves_it():
    w = normal(2, 3)
    kept = w.clone()
    view = dense_view(w, normal(1, 3), w_e=torch.zeros_like(w))
    eta = WeightNorm(eta=1.0, power=1.0).at(view, Progress())
    assert_close(eta, (kept.norm(dim=1) - 1).abs())
    assert torch.equal(w, kept)


def test_power_zero_gives_every_neuron_the_same_rate():
    view = dense_view(normal(4, 3), normal(1, 3))
    eta = WeightNorm(eta=0.2, power=0.0).at(view, Progress())
    assert_close(eta, torch.full((4,), 0.2, dtype=eta.dtype))


@pytest.mark.parametrize("rate", [Constant, Linear, WeightNorm])
@pytest.mark.parametrize("eta", [0.0, -0.1, float("nan"), float("inf")])
def test_a_rate_is_a_positive_number(rate, eta):
    with pytest.raises(ValidationError):
        rate(eta=eta)


def test_exponential_by_hand():
    rate = Exponential(eta=0.8, time_constant=4 / log(2))  # so that it halves every four
    rates = [rate.at(VIEW, Progress(step=t, steps=9)) for t in (0, 4, 8)]
    assert rates == pytest.approx([0.8, 0.4, 0.2])


def test_exponential_by_epoch():
    rate = Exponential(eta=1.0, time_constant=2, by="epoch")
    assert rate.at(VIEW, Progress(99, 100, 0, 5)) == 1
    assert rate.at(VIEW, Progress(0, 100, 4, 5)) == pytest.approx(exp(-2))


def at_epochs(rate, epochs):
    return [rate.at(VIEW, Progress(epoch=e, epochs=50)) for e in epochs]


def test_halving_on_the_published_schedules():
    """Amato: halved at every epoch from 10 on. Lagani: every 2 epochs from 30 on."""
    amato = Halving(eta=1.0, start=9)
    assert at_epochs(amato, (0, 9, 10, 11, 19)) == [1, 1, 1 / 2, 1 / 4, 1 / 1024]
    lagani = Halving(eta=1.0, start=28, every=2)
    assert at_epochs(lagani, (0, 28, 29, 30, 31, 32, 49)) == [
        1,
        1,
        1,
        1 / 2,
        1 / 2,
        1 / 4,
        1 / 1024,
    ]


def test_halving_by_step_with_another_factor():
    rate = Halving(eta=2.0, factor=0.1, every=3, by="step")
    rates = [rate.at(VIEW, Progress(step=t, steps=8, epoch=7, epochs=9)) for t in (0, 2, 3, 6)]
    assert rates == pytest.approx([2, 2, 0.2, 0.02])

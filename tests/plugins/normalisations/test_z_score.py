import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast.component import NO_STATE
from neuroplast_plugins.normalisations.none import AsItIs
from neuroplast_plugins.normalisations.z_score import ZScore


def z(x, **parameters):
    return ZScore(**parameters).normalise(x, NO_STATE, True)


def test_by_hand():
    x = torch.tensor([[1.0, 2.0, 3.0], [10.0, 10.0, 40.0]])
    # mean 2, s.d. √(2/2) = 1;  mean 20, s.d. √(600/2)
    expected = torch.tensor([[-1.0, 0.0, 1.0], [-10.0, -10.0, 20.0]])
    assert_close(z(x), expected / torch.tensor([[1.0], [300.0**0.5]]))


def test_epsilon_is_added_to_the_standard_deviation():
    x = torch.tensor([[1.0, 2.0, 3.0]])
    assert_close(z(x, epsilon=3.0), torch.tensor([[-0.25, 0.0, 0.25]]))


@given(seed=st.integers(0, 10_000), gain=st.floats(0.01, 100), offset=st.floats(-10, 10))
def test_brightness_and_contrast_of_an_image_cancel(seed, gain, offset):
    x = normal(3, 2, 4, 4, seed=seed)
    y = z(x)
    assert_near(z(x * gain + offset), y, 1e-7)
    assert_close(y.mean((1, 2, 3)), torch.zeros(3, dtype=y.dtype), rtol=0, atol=1e-12)
    assert_close(y.var((1, 2, 3), correction=1), torch.ones(3, dtype=y.dtype))


def test_stimuli_do_not_feel_each_other():
    x = normal(4, 2, 3, 3)
    assert_near(z(x[1:2]), z(x)[1:2])
    assert not ZScore.couples_batch


def test_frozen_or_not_is_the_same():
    x = normal(4, 6)
    frozen = ZScore().normalise(x, NO_STATE, False)
    assert torch.equal(frozen, ZScore().normalise(x, NO_STATE, True))


@pytest.mark.parametrize("grey", [5.0, 0.1, 0.3, 0.7, 5.1, -1 / 3])
@pytest.mark.parametrize("shape", [(7,), (1, 28, 28), (3, 32, 32)])
def test_a_constant_image_is_brought_to_zero(grey, shape):
    """Exactly: the mean of float32 numbers that are equal is often another, by a rounding that is no contrast."""
    assert torch.equal(z(torch.full((2, *shape), grey)), torch.zeros(2, *shape))


def test_one_value_is_brought_to_zero():
    """It has no spread; its z-score is that of a constant image."""
    assert_close(z(torch.full((2, 1), 5.0)), torch.zeros(2, 1))


def test_none_is_the_input_itself():
    x = normal(2, 3)
    assert torch.equal(AsItIs().normalise(x, NO_STATE, True), x)

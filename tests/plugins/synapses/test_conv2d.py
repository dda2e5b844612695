"""By hand, and what is refused; every geometry against loops is in tests/core/test_reference.py."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import ConfigurationError
from neuroplast_plugins.synapses.conv2d import Conv2d

X = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])


def test_drive_is_a_cross_correlation_not_a_convolution():
    w = torch.tensor([[[[1.0, 0.0], [0.0, 10.0]]]])
    u = Conv2d(neurons=1, kernel=2, padding=0).drive(X, w)
    assert_close(u, torch.tensor([[[[51.0, 62.0], [84.0, 95.0]]]]))


@pytest.mark.parametrize(
    ("border", "row"),
    [
        ("reflect", [5.0, 4.0, 5.0, 6.0, 5.0]),
        ("zeros", [0.0, 0.0, 0.0, 0.0, 0.0]),
        ("replicate", [1.0, 1.0, 2.0, 3.0, 3.0]),
        ("circular", [9.0, 7.0, 8.0, 9.0, 7.0]),
    ],
)
def test_borders_by_hand(border, row):
    padded = Conv2d(neurons=1, kernel=3, border=border).prepare(X)
    assert padded.shape == (1, 1, 5, 5)
    assert_close(padded[0, 0, 0], torch.tensor(row))
    assert_close(padded[:, :, 1:-1, 1:-1], X)


def test_groups_do_not_see_each_other():
    synapse = Conv2d(neurons=4, kernel=1, groups=2, padding=0)
    w = torch.ones(synapse.weight_shape((4, 2, 2)))
    x = torch.zeros(1, 4, 2, 2)
    x[:, 1] = 1  # the first group's second channel
    u = synapse.drive(x, w)
    assert (u[:, :2] == 1).all()
    assert (u[:, 2:] == 0).all()
    dw = synapse.outer(torch.ones(1, 4, 2, 2), x, w)
    assert_close(dw.flatten(1), torch.tensor([[0.0, 4.0]] * 2 + [[0.0, 0.0]] * 2))


@given(
    seed=st.integers(0, 10_000),
    channels=st.integers(1, 6),
    kernel=st.integers(1, 4),
    more=st.integers(0, 5),
)
def test_both_ways_to_an_outer_product_agree(seed, channels, kernel, more):
    """Split over stimuli, the positions of each part are fewer than a field's synapses, or not."""
    side = kernel + more
    synapse = Conv2d(neurons=3, kernel=kernel, padding=0)
    w = torch.zeros(synapse.weight_shape((channels, side, side)), dtype=torch.float64)
    x, post = normal(9, channels, side, side, seed=seed), normal(9, 3, more + 1, more + 1)
    one_by_one = sum(synapse.outer(post[b : b + 1], x[b : b + 1], w) for b in range(9))
    assert_near(synapse.outer(post, x, w), one_by_one)


def test_shapes_of_the_published_network():
    for side, kernel, channels, neurons in ((32, 5, 3, 96), (16, 3, 96, 384), (8, 3, 384, 1536)):
        synapse = Conv2d(neurons=neurons, kernel=kernel)
        shape = (channels, side, side)
        assert synapse.weight_shape(shape) == (neurons, channels, kernel, kernel)
        assert synapse.output_shape(shape) == (neurons, side, side)
        assert synapse.fan_in(shape) == channels * kernel**2


@pytest.mark.parametrize(
    ("parameters", "shape", "message"),
    [
        ({"kernel": 3}, (10,), r"needs an input \(channels, height, width\), found \(10,\)"),
        ({"kernel": 2}, (1, 8, 8), r"field of 2 pixels has no centre"),
        ({"kernel": 3, "dilation": 1, "padding": 0}, (1, 2, 9), r"does not fit an input of 2"),
        ({"kernel": 9}, (1, 4, 4), r"4 pixels of reflect padding do not fit an input of 4"),
        ({"kernel": 3, "groups": 2}, (3, 8, 8), r"2 groups"),
        ({"kernel": 3, "groups": 3}, (3, 8, 8), r"3 groups"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(parameters, shape, message):
    synapse = Conv2d(neurons=4, **parameters)
    with pytest.raises(ConfigurationError, match=message):
        (synapse.weight_shape(shape), synapse.output_shape(shape))


@pytest.mark.parametrize(
    "wrong",
    [
        {"neurons": 0},
        {"kernel": 0},
        {"stride": 0},
        {"dilation": 0},
        {"groups": 0},
        {"padding": -1},
        {"padding": "sam"},
        {"border": "wrap"},
    ],
)
def test_parameters_out_of_range_are_refused_once(wrong):
    with pytest.raises(ValidationError) as caught:
        Conv2d(**{"neurons": 4, "kernel": 3, **wrong})
    (error,) = caught.value.errors()
    assert error["loc"] == tuple(wrong)


def test_the_widest_padding_that_fits_is_taken():
    assert Conv2d(neurons=1, kernel=7).prepare(torch.zeros(1, 1, 4, 4)).shape == (1, 1, 10, 10)
    assert Conv2d(neurons=1, kernel=7).output_shape((1, 4, 4)) == (1, 4, 4)

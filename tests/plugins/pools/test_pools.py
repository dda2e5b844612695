import itertools

import pytest
import torch
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import ConfigurationError
from neuroplast_plugins.pools.average import AveragePool
from neuroplast_plugins.pools.max import MaxPool
from neuroplast_plugins.pools.none import NoPool

Y = torch.tensor([[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [-1.0, -2.0, -3.0, -4.0]]]])


def test_max_by_hand():
    assert_close(
        MaxPool(size=2, stride=1).pool(Y), torch.tensor([[[[6.0, 7.0, 8.0], [6.0, 7.0, 8.0]]]])
    )
    assert_close(MaxPool(size=2, stride=2).pool(Y), torch.tensor([[[[6.0, 8.0]]]]))


def test_average_by_hand():
    assert_close(AveragePool(size=2, stride=2).pool(Y), torch.tensor([[[[3.5, 5.5]]]]))


def test_padding_never_wins_but_counts_as_zeros():
    y = torch.full((1, 1, 2, 2), -4.0)
    assert_close(MaxPool(size=2, stride=2, padding=1).pool(y), torch.full((1, 1, 2, 2), -4.0))
    # each window holds one value and three zeros
    average = AveragePool(size=2, stride=2, padding=1).pool(y)
    assert_close(average, torch.full((1, 1, 2, 2), -1.0))


WINDOWS = [
    (size, stride, padding)
    for size, stride, padding in itertools.product((1, 2, 3, 4), (1, 2, 3), (0, 1, 2))
    if 2 * padding <= size
]


@pytest.mark.parametrize(("size", "stride", "padding"), WINDOWS)
@pytest.mark.parametrize("part", [MaxPool, AveragePool])
def test_equals_a_loop_over_windows_and_the_shape_promised(part, size, stride, padding):
    y = normal(2, 3, 5, 7)
    pool = part(size=size, stride=stride, padding=padding)
    pooled = pool.pool(y)
    tops = [t for t in range(-padding, 5 + padding, stride) if t + size <= 5 + padding]
    lefts = [t for t in range(-padding, 7 + padding, stride) if t + size <= 7 + padding]
    assert tuple(pooled.shape[1:]) == pool.output_shape((3, 5, 7)) == (3, len(tops), len(lefts))
    for (i, top), (j, left) in itertools.product(enumerate(tops), enumerate(lefts)):
        window = y[:, :, max(top, 0) : top + size, max(left, 0) : left + size]
        joined = window.amax((2, 3)) if part is MaxPool else window.sum((2, 3)) / size**2
        assert_near(pooled[:, :, i, j], joined)


@pytest.mark.parametrize(
    ("pool", "side", "expected"),
    [
        (MaxPool(size=4, stride=2, padding=1), 32, 16),  # the published network: 32, 16, 8, 4
        (MaxPool(size=4, stride=2, padding=1), 16, 8),
        (AveragePool(size=2, stride=2), 8, 4),
        (MaxPool(size=4, stride=2, padding=1), 28, 14),  # on MNIST 28, 14, 7, 3
        (MaxPool(size=4, stride=2, padding=1), 14, 7),
        (AveragePool(size=2, stride=2), 7, 3),
    ],
)
def test_published_sizes(pool, side, expected):
    assert pool.output_shape((96, side, side)) == (96, expected, expected)
    assert pool.pool(torch.zeros(1, 96, side, side)).shape == (1, 96, expected, expected)


@pytest.mark.parametrize("part", [MaxPool, AveragePool])
def test_what_does_not_fit_is_refused(part):
    with pytest.raises(
        ConfigurationError, match=r'needs a response .*found \(10,\).*pool = "none"'
    ):
        part(size=2, stride=2).output_shape((10,))
    with pytest.raises(ConfigurationError, match=r"window of 4 does not fit a map of 3 x 9"):
        part(size=4, stride=1).output_shape((2, 3, 9))
    with pytest.raises(ConfigurationError, match=r"padding 2 is more than half the window 3"):
        part(size=3, stride=1, padding=2).output_shape((2, 9, 9))


def test_none_leaves_any_response():
    for y in (normal(2, 3), normal(2, 3, 4, 5)):
        assert torch.equal(NoPool().pool(y), y)
        assert NoPool().output_shape(tuple(y.shape[1:])) == tuple(y.shape[1:])
